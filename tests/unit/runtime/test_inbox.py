from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from headrace.runtime import inbox as inbox_module
from headrace.runtime.inbox import QUIET_SECONDS, Gate, Inbox

if TYPE_CHECKING:
    from pathlib import Path


class PretendedMonitor:
    """Says how many rows were moved, one answer after the other, the last one for ever."""

    def __init__(self, *answers: tuple[int, ...]) -> None:
        self.answers = [*answers]

    def rows_moved(self) -> tuple[int, ...]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "data")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of a monotonic clock, to be set."""
    now = [100.0]
    monkeypatch.setattr(inbox_module.time, "monotonic", lambda: now[0])
    return now


def drop(inbox: Inbox, name: str, age: float) -> Path:
    """A file that was last changed some seconds ago."""
    path = inbox.inbox / name
    path.write_text(name)
    changed = time.time() - age
    os.utime(path, (changed, changed))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_are_numbered_in_the_order_of_their_last_change(inbox: Inbox) -> None:
    drop(inbox, "b.jsonl", 30)
    drop(inbox, "a.jsonl", 20)
    assert [path.name for path in inbox.take()] == ["000000-b.jsonl", "000001-a.jsonl"]
    assert names(inbox.arrived) == ["000000-b.jsonl", "000001-a.jsonl"]
    assert names(inbox.inbox) == []


def test_a_files_time_of_last_change_stays(inbox: Inbox) -> None:
    changed = drop(inbox, "a.jsonl", 30).stat().st_mtime
    (taken,) = inbox.take()
    assert taken.stat().st_mtime == changed


def test_a_file_that_is_still_written_waits(inbox: Inbox) -> None:
    drop(inbox, "a.jsonl", -60)
    assert inbox.take() == []
    drop(inbox, "a.jsonl", 60)
    assert len(inbox.take()) == 1


@pytest.mark.parametrize("name", [".a.jsonl.part", "_a.jsonl"])
def test_a_hidden_file_or_a_folder_is_left(inbox: Inbox, name: str) -> None:
    drop(inbox, name, 60)
    (inbox.inbox / "folder").mkdir()
    assert inbox.take() == []


def test_numbers_go_on_where_an_earlier_run_stopped(inbox: Inbox) -> None:
    drop(inbox, "a.jsonl", 60)
    inbox.take()
    again = Inbox(inbox.data)
    drop(again, "a.jsonl", 60)
    assert [path.name for path in again.take()] == ["000001-a.jsonl"]


def test_what_an_earlier_run_took_goes_first_and_in_its_old_order(inbox: Inbox) -> None:
    drop(inbox, "b.jsonl", 60)
    drop(inbox, "a.jsonl", 50)
    inbox.take()
    again = Inbox(inbox.data)
    assert again.give_back() == 2
    assert names(again.arrived) == []
    drop(again, "c.jsonl", 90)
    assert [path.name for path in again.take()] == ["000000-b.jsonl", "000001-a.jsonl", "000002-c.jsonl"]


def test_the_gate_is_shut_while_the_history_is_read(inbox: Inbox, clock: list[float]) -> None:
    drop(inbox, "a.jsonl", 60)
    gate = Gate(inbox, PretendedMonitor((), (1, 1), (2, 2)))  # type: ignore[arg-type]  # the one call it needs
    for _ in range(3):
        assert gate.tick() == []
        clock[0] += QUIET_SECONDS
    assert not gate.opened


def test_the_gate_opens_when_no_row_has_moved_for_some_seconds_and_stays_open(
    inbox: Inbox, clock: list[float]
) -> None:
    drop(inbox, "a.jsonl", 60)
    gate = Gate(inbox, PretendedMonitor((2, 2), (2, 2), (2, 2), (9, 9)))  # type: ignore[arg-type]  # as above
    assert gate.tick() == []
    clock[0] += QUIET_SECONDS - 0.1
    assert gate.tick() == []
    clock[0] += 0.1
    assert [path.name for path in gate.tick()] == ["000000-a.jsonl"]
    drop(inbox, "b.jsonl", 60)
    assert [path.name for path in gate.tick()] == ["000001-b.jsonl"]
    assert gate.opened


def test_a_cluster_that_does_not_answer_opens_nothing(inbox: Inbox, clock: list[float]) -> None:
    gate = Gate(inbox, PretendedMonitor(()))  # type: ignore[arg-type]  # as above
    for _ in range(3):
        assert gate.tick() == []
        clock[0] += QUIET_SECONDS
