from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headrace.dead_letters.letter import open_dead_letters
from headrace.dead_letters.replay import replay
from headrace.dead_letters.report import Request
from headrace.dead_letters.summary import summarize
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, start
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.flink.dead_letters.raw_log import payment, write_log
from tests.local_tables import read_lines

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2018-04-10T"
LOG = [
    (f"{DAY}10:00:01", payment(1, f"{DAY}10:00:00", 7, 10.5)),
    (f"{DAY}10:00:02", payment(1, f"{DAY}10:00:00", 7, 10.5)),
    (f"{DAY}10:00:11", payment(2, f"{DAY}10:00:10", 7, -20.25)),
    (f"{DAY}10:05:01", payment(3, f"{DAY}10:05:00", 8, 30)),
    (f"{DAY}10:05:02", payment(4, f"{DAY}10:00:20", 8, 40)),
    (f"{DAY}10:05:03", payment(4, f"{DAY}10:00:20", 8, 40)),
    (f"{DAY}10:05:04", payment(5, "2100-04-10T10:05:03", 9, 50)),
    (f"{DAY}10:05:05", b"{\xff}"),
    (f"{DAY}10:09:00", payment(6, f"{DAY}10:08:59", 9, 60)),
]
FIX = """
import json

def positive(payload):
    event = json.loads(payload)
    return json.dumps({**event, "amount": abs(event["amount"])}).encode()
"""


@pytest.mark.flink
def test_repaired_and_late_records_go_in_once_and_the_rest_stays_dead(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "positive_amounts.py").write_text(FIX)
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    write_log(data, LOG)
    run = Run(root, load_job(root, "ingest"), data, options={"parallelism.default": "1"})
    start(run).wait()
    assert refused(root, data) == {
        "amount_negative": (1, 1),
        "duplicate": (1, 1),
        "future": (1, 1),
        "late": (2, 2),
        "not_json": (1, 1),
    }

    reasons = frozenset({"amount_negative", "duplicate", "future", "late"})
    first = replay(Request(run, reasons, "positive_amounts:positive"))
    assert (first.chosen, first.sent, first.accepted, first.already_there) == (5, 4, 2, 2)
    assert (first.refused, first.moved) == ({"future": 1}, {"transactions": 2})
    rows = sorted(read_lines(data / "transactions"), key=lambda row: row["transaction_id"])
    assert [(row["transaction_id"], row["amount"]) for row in rows] == [
        (1, 10.5),
        (2, 20.25),
        (3, 30),
        (4, 40),
        (6, 60),
    ]
    assert (rows[1]["arrived_at"], rows[1]["source"], rows[1]["source_offset"]) == (
        f"{DAY}10:00:11.000Z",
        "payments-0",
        2,
    )

    again = replay(Request(run, reasons - {"future"}, "positive_amounts:positive"))
    assert (again.replay, again.sent, again.already_there) == (None, 0, 4)
    assert len(read_lines(data / "transactions")) == 5
    assert refused(root, data) == {
        "amount_negative": (1, 0),
        "duplicate": (1, 0),
        "future": (1, 1),
        "late": (2, 0),
        "not_json": (1, 1),
    }
    sent = read_lines(data / "replays" / "0001" / "transactions_raw")
    assert [row["source_offset"] for row in sent] == [2, 4, 5, 6]
    assert json.loads((data / "replays" / "0001" / "commit.json").read_text())["accepted"] == 2


def refused(root: Path, data: Path) -> dict[str, tuple[int, int]]:
    """Dead letters and those still open, by reason."""
    connection = open_dead_letters(read_tables(Suite(root).use_case("fraud")), data)
    return {each.reason: (each.refused, each.open) for each in summarize(connection)}
