"""A live view of a running job: rows by table, and their rate."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table

from headrace.cli import console

if TYPE_CHECKING:
    from typing_extensions import Self

    from headrace.runtime.run import RunningJob


class RowsView:
    """Rows so far and the rate since the start, redrawn in place on a terminal, silent elsewhere.

    Args:
        title: stands above the table.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._live = Live(self.table({}), console=console.out, transient=True, refresh_per_second=4)

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


def watch(job: RunningJob, title: str) -> None:
    """Wait for a job to end with its rows on the screen."""
    with RowsView(title) as view:
        job.wait(view)
