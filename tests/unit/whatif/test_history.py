from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from headrace.models.definition import load_definition
from headrace.models.features import Feature
from headrace.training.period import Period, moment
from headrace.whatif.history import read_history
from headrace.whatif.query import Columns, Source, count_decided, newest_label
from headrace.whatif.result import WhatIfError
from tests.local_tables import ROOT
from tests.unit.dead_letters.conftest import put
from tests.unit.whatif.conftest import WEEK, payments, prediction, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.tables.contract import Table

FEATURES = load_definition(ROOT, "fraud").features
COLUMNS = Columns("transaction_id", "customer_id", "event_time", "fraud", "amount")


@pytest.fixture
def source(tables: dict[str, Table], data: Path) -> Source:
    return Source(tables, data, "transaction_features", COLUMNS, WEEK)


def lay(
    source: Source, features: list[dict[str, Any]], labels: list[dict[str, Any]], *decided: dict[str, Any]
) -> None:
    put(source.data, "transaction_features", features)
    put(source.data, "labels", labels)
    put(source.data, "predictions", decided)


def test_events_come_in_the_order_of_their_key_with_amount_label_day_and_entity(source: Source) -> None:
    rows = payments()
    found = read_history(source, FEATURES, ["is_night"], decided=False)
    assert found.amounts.tolist() == [row["amount"] for row in rows]
    assert found.labels.tolist() == [verdict(row)["fraud"] for row in rows]
    assert (found.day_count, found.entity_count) == (5, len({row["customer_id"] for row in rows}))
    assert found.inputs(FEATURES)["is_night"].tolist() == [row["is_night"] for row in rows]
    assert found.frame["is_night"].tolist() == [row["is_night"] for row in rows]
    assert (found.alerts, found.undecided) == (None, 0)


def test_a_period_has_its_first_moment_and_not_its_last(source: Source) -> None:
    rows = payments()
    part = Period(moment(rows[10]["event_time"]), moment(rows[20]["event_time"]))
    found = read_history(replace(source, period=part), FEATURES, [], decided=False)
    assert found.amounts.tolist() == [row["amount"] for row in rows[10:20]]


def test_records_that_came_twice_count_once_and_the_label_that_was_known_last_counts(source: Source) -> None:
    rows = payments()[:3]
    late = {
        **verdict(rows[0]),
        "fraud": 1 - verdict(rows[0])["fraud"],
        "available_at": "2018-06-30T00:00:00Z",
    }
    lay(source, [*rows, *rows], [late, *map(verdict, rows), *map(verdict, rows)])
    found = read_history(source, FEATURES, [], decided=False)
    assert found.labels.tolist() == [late["fraud"], *(verdict(row)["fraud"] for row in rows[1:])]
    assert found.labels_until == moment("2018-06-30")


def test_what_is_not_known_yet_is_no_number_and_never_guessed(source: Source) -> None:
    rows = payments()
    lay(source, rows, [verdict(row) for row in rows[50:]])
    as_of = moment(verdict(rows[99])["available_at"])
    found = read_history(replace(source, as_of=as_of), FEATURES, [], decided=False)
    assert np.flatnonzero(~np.isnan(found.labels)).tolist() == [*range(50, 100)]
    assert found.labels_until == as_of


def test_events_without_a_prediction_are_left_out_and_counted(source: Source) -> None:
    rows = payments()[:4]
    decided = [
        prediction(rows[3], "alert", "fraud-b"),
        prediction(rows[1], "pass"),
        prediction(rows[1], "pass"),
    ]
    lay(source, rows, [verdict(row) for row in rows], *decided)
    found = read_history(source, FEATURES, [], decided=True)
    assert found.amounts.tolist() == [rows[1]["amount"], rows[3]["amount"]]
    assert found.alerts is not None
    assert found.alerts.tolist() == [False, True]
    assert (found.undecided, found.deciders) == (2, ("fraud-b", "fraud-old"))


def test_predictions_of_the_period_are_counted(source: Source) -> None:
    rows = payments()
    assert count_decided(source) == 0
    put(source.data, "predictions", [prediction(row, "pass") for row in rows])
    part = replace(source, period=Period(moment(rows[10]["event_time"]), moment(rows[20]["event_time"])))
    assert (count_decided(source), count_decided(part)) == (len(rows), 10)
    without = {name: table for name, table in source.tables.items() if name != "predictions"}
    assert count_decided(replace(source, tables=without)) == 0


def test_the_newest_label_is_found(source: Source) -> None:
    assert newest_label(source.tables, source.data) == moment(verdict(payments()[-1])["available_at"])
    put(source.data, "labels", [])
    assert newest_label(source.tables, source.data) is None


def test_two_models_may_want_a_feature_in_different_types(source: Source) -> None:
    whole, real = Feature("is_night", "INT", "0 or 1"), Feature("is_night", "DOUBLE", "0 or 1")
    found = read_history(source, [whole, real], [], decided=False)
    kinds = [str(found.inputs([each])["is_night"].dtype) for each in (whole, real)]
    assert kinds == ["int32", "float64"]


def test_the_fingerprint_is_that_of_keys_amounts_and_labels(source: Source) -> None:
    rows = payments()
    before = read_history(source, FEATURES, [], decided=False).sha256
    lay(source, list(reversed(rows)), [verdict(row) for row in rows])
    assert read_history(source, FEATURES, [], decided=False).sha256 == before
    lay(source, rows, [verdict(row) for row in rows[1:]])
    assert read_history(source, FEATURES, [], decided=False).sha256 != before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": Period(moment("2018-07-01"), moment("2018-07-02"))}, "has no events of 2018-07-01"),
        ({"as_of": moment("2018-05-04")}, "of the 600 events of .* no label is known as of 2018-05-04 00:00"),
        ({"features": "nothing"}, "table nothing lacks transaction_id, .*; it has: no contract"),
        (
            {"columns": replace(COLUMNS, amount="worth")},
            "table transaction_features lacks worth; it has: transaction",
        ),
        ({"columns": replace(COLUMNS, label="truth")}, "table labels lacks truth"),
    ],
)
def test_what_can_not_be_replayed_is_refused(source: Source, change: dict[str, Any], said: str) -> None:
    with pytest.raises(WhatIfError, match=said):
        read_history(replace(source, **change), FEATURES, [], decided=False)


def test_a_period_without_events_is_said_with_those_that_there_are(source: Source) -> None:
    elsewhere = replace(source, period=Period(moment("2018-07-01"), moment("2018-07-02")))
    with pytest.raises(WhatIfError, match="events are of 2018-05-03 00:00 – 2018-05-07 23:48 UTC"):
        read_history(elsewhere, FEATURES, [], decided=False)
    lay(source, [], [])
    with pytest.raises(WhatIfError, match="it is empty"):
        read_history(source, FEATURES, [], decided=False)


def test_predictions_of_other_events_are_no_baseline(source: Source) -> None:
    rows = payments()
    lay(source, rows[:5], [verdict(row) for row in rows], prediction(rows[9], "pass"))
    with pytest.raises(
        WhatIfError, match=r"none of the 5 events in transaction_features .* has a prediction"
    ):
        read_history(source, FEATURES, [], decided=True)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("amount", None, "1 of 3 events have no finite amount; the first by key: 1"),
        ("fraud", 2, "1 of 3 events have a fraud that is neither"),
    ],
)
def test_values_that_can_not_be_are_refused_with_their_keys(
    source: Source, column: str, value: Any, said: str
) -> None:
    rows = payments()[:3]
    labels = [verdict(row) for row in rows]
    for row in (rows[1], labels[1]):
        if column in row:
            row[column] = value
    lay(source, rows, labels)
    with pytest.raises(WhatIfError, match=said):
        read_history(source, FEATURES, [], decided=False)
