from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.demo.summary import Outcome, Summary, summarise
from headrace.models.definition import load_definition
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT
from tests.unit.dead_letters.conftest import accepted, letter, put

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY = Summary(
    events_in=10,
    accepted=7,
    dead_letters={"duplicate": 2, "late": 1, "inference": 1},
    expected={"duplicate": 2, "late": 1, "inference": 1},
    predictions=6,
    alerts=1,
    model_versions=["v1"],
    quality={},
    seconds=2.0,
)


def prediction(number: int, score: float, version: str = "v1") -> dict[str, Any]:
    ids = {"transaction_id": number, "customer_id": number, "terminal_id": 8}
    said = {"score": score, "decision": "pass", "model_version": version, "reasons": "[]"}
    return {**ids, "event_time": "2018-04-10T00:00:00Z", "amount": 5.5, **said}


def verdict(number: int, fraud: int) -> dict[str, Any]:
    ids = {
        "transaction_id": number,
        "customer_id": number,
        "terminal_id": 8,
        "event_time": "2018-04-10T00:00:00Z",
    }
    return {**ids, "fraud": fraud, "available_at": "2018-04-17T00:00:00Z"}


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    """Five records: three payments scored by two versions, a duplicate and a late one."""
    tables = read_tables(Suite(ROOT).use_case("fraud"))
    raw = [
        {"payload": "e30=", "arrived_at": "2018-04-10T00:00:00Z", "source": "p", "source_offset": n}
        for n in range(5)
    ]
    put(tmp_path, "transactions_raw", raw)
    put(tmp_path, "transactions", map(accepted, (1, 2, 3)))
    put(tmp_path, "dead_letters", [letter(3, "duplicate", b"{}"), letter(4, "late", b"{}")])
    put(tmp_path, "predictions", [prediction(1, 0.1), prediction(2, 0.9), prediction(3, 0.2, "v2")])
    put(tmp_path, "labels", [verdict(1, 0), verdict(2, 1), verdict(3, 0)])
    put(tmp_path, "alerts", [prediction(2, 0.9)])
    (tmp_path / "expected.json").write_text(json.dumps({"dead_letters": {"duplicate": 1, "late": 1}}))
    return Outcome(tables, tmp_path, load_definition(ROOT, "fraud"), "transactions_raw", "transactions")


def test_nothing_is_lost_when_every_record_is_somewhere_and_every_accepted_one_scored() -> None:
    assert SUMMARY.nothing_lost


@pytest.mark.parametrize(
    "change", [{"events_in": 11}, {"accepted": 8}, {"predictions": 7}, {"dead_letters": {"late": 1}}]
)
def test_a_record_that_is_missing_or_double_is_noticed(change: dict[str, Any]) -> None:
    assert not replace(SUMMARY, **change).nothing_lost


def test_dead_letters_are_as_expected_reason_by_reason() -> None:
    assert SUMMARY.as_expected
    assert not replace(SUMMARY, expected={"duplicate": 3, "inference": 1}).as_expected


def test_a_document_has_everything_and_both_judgements() -> None:
    document = json.loads(json.dumps(SUMMARY.as_document()))
    assert (document["events_in"], document["nothing_lost"], document["as_expected"]) == (10, True, True)


def test_tables_are_counted(outcome: Outcome) -> None:
    summary = summarise(outcome, 2.0)
    assert (summary.events_in, summary.accepted, summary.predictions, summary.alerts) == (5, 3, 3, 1)
    assert summary.dead_letters == summary.expected == {"duplicate": 1, "late": 1}
    assert summary.model_versions == ["v1", "v2"]
    assert summary.nothing_lost


def test_quality_is_judged_by_the_labels(outcome: Outcome) -> None:
    quality = summarise(outcome, 2.0).quality
    assert quality["roc_auc"] == 1.0
    assert quality["average_precision"] == 1.0
    assert quality["entity_precision_at_100"] == 0.01


@pytest.mark.parametrize("labels", [[], [verdict(1, 0), verdict(2, 0)]], ids=["none", "one truth"])
def test_without_labels_of_both_kinds_there_is_no_quality(
    outcome: Outcome, labels: list[dict[str, Any]]
) -> None:
    put(outcome.data, "labels", labels)
    assert summarise(outcome, 2.0).quality == {}


def test_dirt_that_nobody_counted_is_not_expected(outcome: Outcome) -> None:
    (outcome.data / "expected.json").unlink()
    assert summarise(outcome, 2.0).expected == {}


def test_an_empty_data_folder_has_an_empty_summary(outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    summary = summarise(replace(outcome, data=tmp_path / "nothing"), 2.0)
    assert (summary.events_in, summary.predictions, summary.dead_letters) == (0, 0, {})
    assert summary.nothing_lost
