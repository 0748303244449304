from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.dead_letters.fix import unchanged
from headrace.dead_letters.inputs import write_inputs
from headrace.dead_letters.letter import open_dead_letters, read_letters
from headrace.dead_letters.parts import parts_of
from headrace.dead_letters.selection import select
from headrace.runtime.job import load_job
from headrace.runtime.run import Run
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT, read_lines
from tests.unit.dead_letters.conftest import accepted, event, letter, put

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def replayed(data: Path, tmp_path: Path) -> Path:
    """The folder of a replay through realtime of a late payment 5 and of payment 2, whose prediction is missing."""
    put(data, "dead_letters", [letter(15, "late", event(5))])
    put(
        data,
        "dead_letters",
        [letter(2, "inference", event(2), stage="inference", source="features")],
        "part-1",
    )
    put(data, "transactions", [accepted(9), accepted(8)], "part-1")
    put(data, "transactions_history", [accepted(7), accepted(0)])
    put(data, "labels", [known(1, "2018-04-12"), known(2, "2018-04-11")])
    tables = read_tables(Suite(ROOT).use_case("fraud"))
    parts = parts_of(Run(ROOT, load_job(ROOT, "realtime"), data), tables)
    connection = open_dead_letters(tables, data)
    selection = select(connection, parts, read_letters(connection), unchanged, scores=True)
    write_inputs(connection, parts, selection.messages, tmp_path / "replay", "sent.jsonl")
    return tmp_path / "replay"


def known(number: int, day: str) -> dict[str, object]:
    return {**event(number, amount=...), "fraud": 0, "available_at": f"{day}T00:00:00Z"}


def test_the_history_is_all_that_was_known_in_order_of_time_in_one_file(replayed: Path) -> None:
    rows = read_lines(replayed / "transactions_history")
    assert [row["transaction_id"] for row in rows if row["transaction_id"] != 2] == [0, 1, 7, 8, 9]
    assert len(list((replayed / "transactions_history").iterdir())) == 1
    assert rows[0] == {
        **accepted(0),
        "event_time": "2018-04-10T00:00:00.000Z",
        "arrived_at": "2018-04-10T00:01:00.000Z",
    }


def test_an_event_that_is_sent_for_its_prediction_is_not_in_the_history_too(replayed: Path) -> None:
    assert 2 not in [row["transaction_id"] for row in read_lines(replayed / "transactions_history")]
    sent = read_lines(replayed / "transactions_raw")
    assert [(row["source"], row["source_offset"]) for row in sent] == [("features", 2), ("payments-0", 15)]


def test_labels_come_in_the_order_in_which_they_became_known(replayed: Path) -> None:
    assert [row["transaction_id"] for row in read_lines(replayed / "labels")] == [2, 1]
