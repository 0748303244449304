from __future__ import annotations

from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from headrace.cli import console
from headrace.cli.progress import Bars, RowsView, watch, watch_live

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What a terminal would get of what goes to stderr."""
    screen = StringIO()
    monkeypatch.setattr(console, "err", Console(file=screen, force_terminal=True, width=80))
    return screen


def job_that(*reports: dict[str, int]) -> Any:
    """A job that reports rows a few times and ends."""

    def wait(on_rows: Callable[[dict[str, int]], None]) -> None:
        for rows in reports:
            on_rows(rows)

    return SimpleNamespace(wait=wait, run=SimpleNamespace(data=Path("/")))


class PretendedGate:
    """Lets in the files of one list after the other, from the second tick on; has one remark."""

    def __init__(self, *files: list[str]) -> None:
        self.files = [[], *files]
        self.opened = False
        self.remark = ["c.tmp lies there"]

    def remarks(self) -> list[str]:
        new, self.remark = self.remark, []
        return new

    def tick(self) -> list[str]:
        found = self.files.pop(0) if self.files else []
        self.opened = len(self.files) < 2
        return found


def test_rows_are_shown_with_their_rate_in_order_of_name(terminal: StringIO) -> None:
    table = RowsView("live").table({"b": 1_500, "a": 2})
    Console(file=terminal, width=80).print(table)
    lines = terminal.getvalue().splitlines()
    assert lines[0].startswith("live · 0 s")
    assert [line.split("│")[1].strip() for line in lines if "│" in line] == ["a", "b"]
    assert "1,500" in terminal.getvalue()


def test_a_watched_job_shows_its_rows_on_a_terminal(terminal: StringIO) -> None:
    watch(job_that({"transactions": 7}), "live")
    assert "transactions" in terminal.getvalue()


def test_a_watched_job_is_silent_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    watch(job_that({"transactions": 7}), "live")
    assert capsys.readouterr() == ("", "")


def test_a_live_job_says_when_files_are_taken_in(capsys: pytest.CaptureFixture[str]) -> None:
    gate = PretendedGate(["taken in: a [1].jsonl"], ["taken in: b.jsonl"])
    watch_live(job_that({}, {}, {}), "live", gate)
    assert capsys.readouterr().err.splitlines() == [
        "c.tmp lies there",
        "history read; files are taken in as they are dropped",
        "taken in: a [1].jsonl",
        "taken in: b.jsonl",
    ]


def test_bars_are_drawn_on_a_terminal_and_gone_when_closed(terminal: StringIO) -> None:
    bars = Bars()
    for done in range(3):
        bars("customers", done, 2)
    bars("tables", 0, 1)
    bars.close()
    assert "customers" in terminal.getvalue()
    assert "2/2" in terminal.getvalue()
    bars.close()


def test_bars_are_silent_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    bars("customers", 1, 2)
    bars.close()
    assert capsys.readouterr() == ("", "")
