from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.inbox.gate import QUIET_SECONDS, Gate
from tests.inbox import SETTLE

if TYPE_CHECKING:
    from tests.inbox import DroppedFiles


class PretendedMonitor:
    """Says how many rows were moved, one answer after the other, the last one for ever."""

    def __init__(self, *answers: tuple[int, ...]) -> None:
        self.answers = [*answers]

    def rows_moved(self) -> tuple[int, ...]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def gate_of(files: DroppedFiles, *answers: tuple[int, ...]) -> Gate:
    return Gate(files.inbox, PretendedMonitor(*answers))  # type: ignore[arg-type]  # the one call it needs


def test_the_gate_is_shut_while_the_history_is_read(files: DroppedFiles) -> None:
    files.write("a")
    gate = gate_of(files, (), (1, 1), (2, 2))
    for _ in range(3):
        assert gate.tick() == []
        files.clock.now += QUIET_SECONDS
    assert not gate.opened


def test_the_gate_opens_when_no_row_has_moved_for_some_seconds_and_stays_open(files: DroppedFiles) -> None:
    files.write("a")
    gate = gate_of(files, (2, 2), (2, 2), (2, 2), (9, 9))
    assert gate.tick() == []
    files.clock.now += QUIET_SECONDS - 0.1
    assert gate.tick() == []
    files.clock.now += 0.1
    assert gate.tick() == ["taken in: a as 000000.jsonl"]
    files.write("b")
    assert gate.tick() == []
    files.clock.now += SETTLE
    assert gate.tick() == ["taken in: b as 000001.jsonl"]
    assert gate.opened


def test_a_cluster_that_does_not_answer_opens_nothing(files: DroppedFiles) -> None:
    files.write("a")
    gate = gate_of(files, ())
    for _ in range(3):
        assert gate.tick() == []
        files.clock.now += QUIET_SECONDS
