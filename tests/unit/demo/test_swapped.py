from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from demos.fraud import dated
from headrace.cli.swap import print_swapped
from headrace.demo.swapped import Spell, Swapped, compared, rows_in
from headrace.models.definition import load_definition
from tests.deployment_log import make_log
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOG = [
    {"role": "champion", "version": "fraud-1"},
    {"role": "canary", "version": "fraud-2", "effective_from": "2018-05-01T01:00:00Z", "share": 0.3},
    {"role": "champion", "version": "fraud-2", "effective_from": "2018-05-01T02:00:00Z"},
]
NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=timezone.utc)


def prediction(number: int, at: str, version: str, decision: str = "pass") -> dict[str, Any]:
    ids = {"transaction_id": number, "event_time": f"2018-05-01T{at}Z"}
    return {**ids, "model_version": version, "decision": decision}


def lay(folder: Path, *rows: dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    (folder / "part-0").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


ROWS = [
    prediction(1, "00:59:59.999", "fraud-1"),
    prediction(2, "01:00:00", "fraud-2", "alert"),
    prediction(3, "01:30:00", "fraud-1"),
    prediction(4, "02:00:00", "fraud-2", "alert"),
]


def test_events_are_counted_by_version_from_one_record_to_the_next(tmp_path: Path) -> None:
    records = make_log(tmp_path, LOG)
    live, again = lay(tmp_path / "live", *ROWS), lay(tmp_path / "again", *reversed(ROWS))
    found = compared(live, again, records, load_definition(ROOT, "fraud"))
    assert (found.events, found.differing) == (4, 0)
    assert [(spell.versions, spell.alerts) for spell in found.spells] == [
        ({"fraud-1": 1}, 0),
        ({"fraud-1": 1, "fraud-2": 1}, 1),
        ({"fraud-2": 1}, 1),
    ]
    assert found.spells[1].command == "deploy 30% fraud-2"


@pytest.mark.parametrize(
    "again", [ROWS[:3], [*ROWS, prediction(5, "03:00:00", "fraud-2")]], ids=["less", "more"]
)
def test_a_prediction_that_only_one_side_has_differs(again: list[dict[str, Any]], tmp_path: Path) -> None:
    records = make_log(tmp_path, LOG)
    sides = lay(tmp_path / "live", *ROWS), lay(tmp_path / "again", *again)
    assert compared(*sides, records, load_definition(ROOT, "fraud")).differing == 1


def test_a_prediction_by_another_version_differs(tmp_path: Path) -> None:
    records = make_log(tmp_path, LOG)
    other = [*ROWS[:3], {**ROWS[3], "model_version": "fraud-1"}]
    sides = lay(tmp_path / "live", *ROWS), lay(tmp_path / "again", *other)
    assert compared(*sides, records, load_definition(ROOT, "fraud")).differing == 1


def test_files_in_progress_are_not_predictions_yet(tmp_path: Path) -> None:
    folder = lay(tmp_path / "live", *ROWS)
    (folder / ".part-1.inprogress").write_text("{}\n")
    assert len(rows_in(folder)) == 4


def test_a_payment_is_dated_and_otherwise_left_alone() -> None:
    payment = {"transaction_id": 1, "customer_id": 2, "terminal_id": 3, "amount": 4.5}
    found = dated(json.dumps({**payment, "event_time": "2018-04-01T00:00:00Z"}).encode(), NOW)
    assert found is not None
    assert json.loads(found) == {**payment, "event_time": "2026-01-02T03:04:05.678Z"}


@pytest.mark.parametrize("message", [b"", b"\xff", b"[]", b"{}", b'{"transaction_id": 1}', b"12"])
def test_what_is_no_payment_can_not_be_dated(message: bytes) -> None:
    assert dated(message, NOW) is None


def test_what_a_swap_showed_is_printed_with_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    spells = (Spell("deploy fraud-1", {"fraud-1": 1200}, 7), Spell("promote fraud-2", {}, 0))
    print_swapped(Swapped(1200, spells, 1))
    printed = capsys.readouterr().out
    assert "fraud-1: 1,200" in printed
    assert "none" in printed
    assert "replay: 1,199 of 1,200 predictions are the same" in printed
