"""Folders and values with spaces, umlauts, quotes and percent signs: what they name is what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.registry.entry import entry_of
from headrace.registry.location import location_of
from headrace.registry.mlflow_registry import MlflowRegistry
from headrace.runtime.configuration import add_jar
from headrace.runtime.folders import flink_path, folder_of, local_path
from headrace.runtime.resolve import Step
from headrace.runtime.statement import Statement
from headrace.tables.contract import Column, Table
from headrace.tables.database import open_tables

NAME = "dä ü 'b\" 100% %41 [1] #1? *"
BINDING = "CREATE TABLE sales WITH ('path' = '${HEADRACE_DATA}/sales', 'n' = '${N:-1}') LIKE contracts.sales"


def bound(**values: str) -> Statement:
    return Statement("sales", Path("sales.sql"), BINDING).bound(values)


def test_an_apostrophe_stays_within_the_literal() -> None:
    text = bound(HEADRACE_DATA="/it's', 'connector' = 'x").text
    assert "'path' = '/it''s'', ''connector'' = ''x/sales'" in text


def test_a_value_with_control_characters_is_refused_and_not_shown() -> None:
    for value in ("/a\nb", "/a\x00b", "/a\x1bb", "/a\udcffb"):
        with pytest.raises(
            HeadraceError, match=r"sales.sql:1: the value of \$\{HEADRACE_DATA\} can not"
        ) as raised:
            bound(HEADRACE_DATA=value)
        assert value not in str(raised.value)


def test_without_quotes_around_it_only_a_number_or_a_name_stands() -> None:
    statement = Statement("t", Path("t.sql"), "CREATE TABLE t (a DECIMAL(${DIGITS}, 2)) -- ${DIGITS} it's")
    assert "DECIMAL(10, 2)" in statement.bound({"DIGITS": "10"}).text
    with pytest.raises(HeadraceError, match="expected a number or a name"):
        statement.bound({"DIGITS": "10); DROP TABLE t; --"})


def test_the_folder_of_a_table_is_the_one_that_was_named(tmp_path: Path) -> None:
    data = tmp_path / NAME
    assert folder_of(Step(bound(HEADRACE_DATA=str(data)))) == data / "sales"
    assert folder_of(Step(bound(HEADRACE_DATA=flink_path(data)))) == data / "sales"
    assert folder_of(Step(bound(HEADRACE_DATA="s3://bucket/it's"))) is None


def test_a_path_comes_back_from_flink_as_it_went_there(tmp_path: Path) -> None:
    place = flink_path(tmp_path / NAME)
    assert NAME in place
    assert local_path(place) == local_path(place.replace("file://", "file:")) == tmp_path / NAME


def test_a_jar_is_quoted() -> None:
    assert add_jar(Path("/it's/a.jar")) == "ADD JAR '/it''s/a.jar'"


def test_tables_are_read_where_a_name_looks_like_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / NAME / "sales"
    folder.mkdir(parents=True)
    (folder / "part-[0]*.jsonl").write_text(json.dumps({"id": 7}), encoding="utf-8")
    connection = open_tables([Table("sales", (Column("id", "BIGINT"),))], tmp_path / NAME)
    assert connection.execute("FROM sales").fetchall() == [(7,)]


def test_versions_are_logged_in_the_folder_that_was_named(tmp_path: Path, artifact: Path) -> None:
    data = tmp_path / "beside" / NAME
    registry = MlflowRegistry(location_of(None, data))
    registered = registry.register(entry_of(load_artifact(artifact), "people", None))
    fetched = registry.download(f"models:/people/{registered.number}", tmp_path)
    assert load_artifact(fetched).manifest == load_artifact(artifact).manifest
    assert [path.name for path in data.iterdir()] == ["mlflow"]
    assert [path.name for path in data.parent.iterdir()] == [NAME]
