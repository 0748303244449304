"""``headrace score``: the same rows, the same predictions as in the stream; a run once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from headrace.batch import score as module
from headrace.deployments.record import to_millis
from headrace.deployments.scorer import follow
from headrace.models.artifact import load_artifact
from headrace.models.definition import load_definition
from headrace.models.scorer import Scorer
from tests.artifact import make_artifact, make_frame
from tests.deployment_log import make_log
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace, one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

__all__ = ["headrace"]
DEPLOYMENTS = [
    {"role": "champion", "version": "fraud-1"},
    {"role": "canary", "version": "fraud-2", "effective_from": "2018-05-01T02:00:00Z", "share": 0.5},
    {"role": "champion", "version": "fraud-2", "effective_from": "2018-05-01T04:00:00Z"},
]


@pytest.fixture
def events() -> pd.DataFrame:
    """Payments with features, one a minute; one lacks a value."""
    frame = make_frame(load_definition(ROOT, "fraud")).drop(columns="fraud")
    frame["customer_id"] = frame["customer_id"] % 17
    frame["is_night"] = frame["is_night"].astype("Int32")
    frame.loc[7, "is_night"] = None
    return frame


@pytest.fixture
def source(events: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "payments.parquet"
    events.to_parquet(path)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a model."""
    make_artifact(tmp_path / "data" / "models" / "fraud-test")
    return tmp_path / "data"


def results(data: Path, run: str = "payments") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(data / "batch_predictions" / f"{run}.parquet").to_pylist()
    return found


def alone(events: pd.DataFrame, number: int) -> dict[str, object]:
    names = [feature.name for feature in load_definition(ROOT, "fraud").features]
    row = events.iloc[number]
    return {name: None if pd.isna(row[name]) else row[name] for name in names}


def test_a_file_is_scored_as_its_rows_are_alone(
    headrace: Headrace, data: Path, source: Path, events: pd.DataFrame
) -> None:
    said = headrace("score", source, "--data", data)
    assert said.code == 0
    assert "400 rows, 1 of them could not be scored" in said.out
    scorer = Scorer(load_artifact(data / "models" / "fraud-test"))
    for number, row in enumerate(results(data)):
        assert row["transaction_id"] == number
        assert tuple(
            row[field] for field in scorer.score_one(alone(events, number))._fields
        ) == scorer.score_one(alone(events, number))


def test_each_row_is_scored_by_the_version_of_its_time_and_key(
    headrace: Headrace, data: Path, source: Path, events: pd.DataFrame
) -> None:
    make_log(data, DEPLOYMENTS)
    found = json.loads(headrace("score", source, "--data", data, "--json").out)
    assert set(found["versions"]) == {"fraud-1", "fraud-2"}
    scorer = follow(str(data / "deployments"), 3)
    for number, row in enumerate(results(data)):
        time, key = to_millis(events["event_time"][number]), str(events["customer_id"][number])
        assert row["model_version"] == scorer.score_one(alone(events, number), time, key).model_version


def test_rows_without_a_time_take_the_one_that_is_given(
    headrace: Headrace, data: Path, events: pd.DataFrame, tmp_path: Path
) -> None:
    make_log(data, DEPLOYMENTS)
    events.drop(columns="event_time").to_parquet(tmp_path / "customers.parquet")
    for at, version in (("2018-05-01", "fraud-1"), ("2018-05-02", "fraud-2")):
        assert (
            headrace("score", tmp_path / "customers.parquet", "--at", at, "--run", at, "--data", data).code
            == 0
        )
        assert {row["model_version"] for row in results(data, at)} == {version}
    assert "has no column event_time" in one_error(
        headrace("score", tmp_path / "customers.parquet", "--data", data)
    )


def test_a_table_of_the_data_folder_can_be_scored(
    headrace: Headrace, data: Path, events: pd.DataFrame
) -> None:
    (data / "transaction_features").mkdir()
    rows = events.drop(index=7).assign(event_time=events["event_time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    rows.to_json(data / "transaction_features" / "rows.jsonl", orient="records", lines=True)
    assert headrace("score", "transaction_features", "--data", data).code == 0
    assert len(results(data, "transaction_features")) == 399


def test_a_run_is_scored_once(headrace: Headrace, data: Path, source: Path) -> None:
    headrace("score", source, "--data", data)
    first = (data / "batch_predictions" / "payments.parquet").read_bytes()
    source.write_bytes(b"changed since")
    said = headrace("score", source, "--data", data)
    assert "400 rows were scored before: nothing was done" in said.out
    assert (data / "batch_predictions" / "payments.parquet").read_bytes() == first


def test_scoring_anew_gives_the_same_file(headrace: Headrace, data: Path, source: Path) -> None:
    make_log(data, DEPLOYMENTS)
    for run in ("one", "two"):
        headrace("score", source, "--run", run, "--data", data)
    assert results(data, "one") == results(data, "two")


def test_a_run_that_is_cut_off_leaves_nothing(
    headrace: Headrace, data: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "ROWS", 150)
    monkeypatch.setattr(module.pq.ParquetWriter, "write_table", cut_off)
    assert headrace("score", source, "--data", data).code == 130
    assert list((data / "batch_predictions").iterdir()) == []


def test_parts_make_no_difference(
    headrace: Headrace, data: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headrace("score", source, "--run", "whole", "--data", data)
    monkeypatch.setattr(module, "ROWS", 7)
    headrace("score", source, "--run", "parts", "--data", data)
    assert results(data, "parts") == results(data, "whole")


def test_nothing_in_gives_nothing_out(
    headrace: Headrace, data: Path, source: Path, events: pd.DataFrame
) -> None:
    events.head(0).to_parquet(source)
    assert "0 rows, 0 of them" in headrace("score", source, "--data", data).out
    assert results(data) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "'nothing' is no table of "),
        (["payments.parquet", "--run", "../up"], "--run '../up' is no name"),
    ],
)
def test_what_can_not_be_scored_is_said(
    headrace: Headrace, data: Path, arguments: list[str], said: str
) -> None:
    assert said in one_error(headrace("score", *arguments, "--data", data))


def test_columns_that_are_missing_are_named(
    headrace: Headrace, data: Path, source: Path, events: pd.DataFrame
) -> None:
    events.drop(columns="is_night").to_parquet(source)
    assert "has no column is_night; it has: amount" in one_error(headrace("score", source, "--data", data))


def test_values_of_another_type_are_said(
    headrace: Headrace, data: Path, source: Path, events: pd.DataFrame
) -> None:
    events.assign(amount="a lot").to_parquet(source)
    error = one_error(headrace("score", source, "--data", data))
    assert "can not be read as it should" in error
    assert "a lot" in error
    assert list((data / "batch_predictions").iterdir()) == []
