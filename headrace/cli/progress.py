"""A live view of a running job: rows by table, and their rate."""

from __future__ import annotations

import time
from shutil import disk_usage
from typing import TYPE_CHECKING

from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from headrace.cli import console

FULL_BYTES = 4 << 20
FULL = "the disk is full: make room, nothing is lost meanwhile; the job goes on when it can write to"
ROOM = "there is room again, and the job goes on, in"

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

    from headrace.inbox.gate import Gate
    from headrace.runtime.run import RunningJob


class RowsView:
    """Rows so far and the rate since the start, redrawn in place on a terminal, silent elsewhere.

    Args:
        title: stands above the table.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._live = Live(self.table({}), console=console.err, transient=True, refresh_per_second=4)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def __call__(self, rows: dict[str, int]) -> None:
        """Show new numbers."""
        self._live.update(self.table(rows))

    def table(self, rows: dict[str, int]) -> Table:
        """The table for some numbers."""
        seconds = max(time.monotonic() - self._started, 0.001)
        table = Table(title=f"{self._title} · {seconds:.0f} s", title_justify="left", title_style="bold")
        table.add_column("table")
        table.add_column("rows", justify="right")
        table.add_column("rows/s", justify="right")
        for name, count in sorted(rows.items()):
            table.add_row(name, f"{count:,}", f"{count / seconds:,.0f}")
        return table


class Room:
    """Says once when a folder's disk is full, and once when there is room again: a job goes on trying, in silence.

    Args:
        folder: what is written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_full = False

    def __call__(self) -> None:
        """Look again."""
        is_full = disk_usage(self._folder).free < FULL_BYTES
        if is_full != self._is_full:
            self._is_full = is_full
            console.err.print(
                FULL if is_full else ROOM, str(self._folder.resolve()), markup=False, soft_wrap=True
            )


def watch(job: RunningJob, title: str) -> None:
    """Wait for a job to end with its rows on the screen."""
    room = Room(job.run.data)

    def tick(rows: dict[str, int]) -> None:
        view(rows)
        room()

    with RowsView(title) as view:
        job.wait(tick)


def watch_live(job: RunningJob, title: str, gate: Gate) -> None:
    """Wait for a live job, let files in once its history is read, and say what is done with them."""
    said, room = False, Room(job.run.data)

    def tick(rows: dict[str, int]) -> None:
        nonlocal said
        view(rows)
        room()
        taken = gate.tick()
        if gate.opened and not said:
            said = True
            console.err.print("history read; files are taken in as they are dropped")
        for sentence in (*taken, *gate.remarks()):
            console.err.print(sentence, markup=False, soft_wrap=True)

    with RowsView(title) as view:
        job.wait(tick)


class Bars:
    """A progress bar a step, drawn on a terminal while steps report, gone when closed."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show how far a step is."""
        if self._progress is None:
            columns = (TextColumn("     {task.description}"), BarColumn(), MofNCompleteColumn())
            self._progress = Progress(
                *columns, console=console.err, transient=True, disable=not console.err.is_terminal
            )
            self._progress.start()
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step)
        self._progress.update(self._tasks[step], completed=done, total=total)

    def close(self) -> None:
        """Take the bars off the screen."""
        if self._progress is not None:
            self._progress.stop()
        self._progress, self._tasks = None, {}
