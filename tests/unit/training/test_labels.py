from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.errors import HeadraceError
from headrace.training.labels import labelled_features
from headrace.training.period import Period, moment
from tests.unit.training.conftest import lay_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.definition import ModelDefinition
    from headrace.tables.contract import Table

    Row = Callable[..., dict[str, Any]]

FIRST_OF_MAY = Period(moment("2018-05-01"), moment("2018-05-02"))


def test_events_of_a_period_meet_their_labels_in_order_of_key(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition, payment: Row, verdict: Row
) -> None:
    features = [payment(3, "2018-05-01T23:59:59"), payment(1, "2018-05-01T00:00:00")]
    data = lay_tables(
        tmp_path, features, [verdict(1, "2018-05-08T00:00:00", 1), verdict(3, "2018-05-08T00:00:00")]
    )
    frame = labelled_features(tables, data, definition, FIRST_OF_MAY)
    assert frame["transaction_id"].tolist() == [1, 3]
    assert frame["fraud"].tolist() == [1, 0]
    assert frame["amount"].tolist() == [1.0, 3.0]
    assert {*frame.columns} == {*definition.other_columns, *definition.feature_names}


def test_a_period_has_its_first_moment_and_not_its_last(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition, payment: Row, verdict: Row
) -> None:
    times = [
        "2018-04-30T23:59:59.999",
        "2018-05-01T00:00:00",
        "2018-05-01T23:59:59.999",
        "2018-05-02T00:00:00",
    ]
    features = [payment(number, time) for number, time in enumerate(times)]
    data = lay_tables(tmp_path, features, [verdict(number, "2018-05-09T00:00:00") for number in range(4)])
    frame = labelled_features(tables, data, definition, FIRST_OF_MAY)
    assert frame["transaction_id"].tolist() == [1, 2]


def test_labels_known_later_than_the_training_are_not_learned_from(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition, payment: Row, verdict: Row
) -> None:
    features = [payment(number, "2018-05-01T12:00:00") for number in (1, 2, 3)]
    labels = [
        verdict(1, "2018-05-08T11:59:59"),
        verdict(2, "2018-05-08T12:00:00"),
        verdict(3, "2018-05-08T12:00:01"),
    ]
    data = lay_tables(tmp_path, features, labels)
    frame = labelled_features(tables, data, definition, FIRST_OF_MAY, moment("2018-05-08T12:00"))
    assert frame["transaction_id"].tolist() == [1, 2]


def test_an_event_without_label_is_not_learned_from(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition, payment: Row, verdict: Row
) -> None:
    features = [payment(1, "2018-05-01T12:00:00"), payment(2, "2018-05-01T12:00:00")]
    data = lay_tables(tmp_path, features, [verdict(2, "2018-05-08T00:00:00")])
    assert labelled_features(tables, data, definition, FIRST_OF_MAY)["transaction_id"].tolist() == [2]


def test_features_have_the_types_of_the_definition(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition, payment: Row, verdict: Row
) -> None:
    data = lay_tables(tmp_path, [payment(1, "2018-05-01T12:00:00")], [verdict(1, "2018-05-08T00:00:00")])
    frame = labelled_features(tables, data, definition, FIRST_OF_MAY)
    types = {feature.name: feature.type for feature in definition.features}
    kinds = {"DOUBLE": "float64", "INT": "int32", "BIGINT": "int64"}
    assert {name: str(frame[name].dtype) for name in types} == {name: kinds[types[name]] for name in types}


@pytest.mark.parametrize(("table", "column"), [("training_features", "amount"), ("labels", "fraud")])
def test_a_table_without_a_column_of_the_model_is_refused_with_both_sides(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition, table: str, column: str
) -> None:
    without = replace(
        tables[table], columns=tuple(each for each in tables[table].columns if each.name != column)
    )
    with pytest.raises(
        HeadraceError, match=f"table {table} lacks {column}, which model fraud wants"
    ) as raised:
        labelled_features({**tables, table: without}, tmp_path, definition, FIRST_OF_MAY)
    assert "transaction_id" in raised.value.hint


def test_a_use_case_without_the_tables_of_training_is_refused(
    tmp_path: Path, tables: dict[str, Table], definition: ModelDefinition
) -> None:
    others = {name: table for name, table in tables.items() if name != "training_features"}
    with pytest.raises(HeadraceError, match="table training_features lacks") as raised:
        labelled_features(others, tmp_path, definition, FIRST_OF_MAY)
    assert "no contract" in raised.value.hint
