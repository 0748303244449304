"""Starts ``sql-client.sh`` on a cluster of this machine."""

from __future__ import annotations

import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.cluster.local import LocalCluster

INTERRUPTED = {-signal.SIGINT, 128 + signal.SIGINT}
HISTORY = "sql-history"
"""What was typed, in the cluster's folder and not in the user's home."""


@contextmanager
def _left_to_the_client() -> Iterator[None]:
    """Ctrl-C is the client's: it ends a query and its session by it, and must not be killed while it does."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class SqlClient:
    """Flink's SQL client for a cluster.

    Args:
        cluster: where queries run.
        init: the file of the statements that a session begins with.
    """

    cluster: LocalCluster
    init: Path

    def command(self, file: Path | None = None) -> list[str]:
        """The command line, for those who start it by hand.

        Args:
            file: statements to run, one after the other, instead of asking for them.
        """
        script = ["-f", str(file)] if file else []
        return [
            self.cluster.home.program("sql-client.sh"),
            "-i",
            str(self.init),
            "-hist",
            str(self.cluster.home.folder / HISTORY),
            *script,
        ]

    def run(self, file: Path | None = None) -> None:
        """Run it in this terminal until it ends.

        Args:
            file: as in :meth:`command`.

        Raises:
            HeadraceError: when no cluster answers, or the client failed.
            KeyboardInterrupt: when Ctrl-C ended it.
        """
        self.cluster.require_up()
        with (
            TemporaryDirectory(prefix="sql-client-", dir=self.cluster.home.scratch) as scratch,
            _left_to_the_client(),
        ):
            variables = self.cluster.home.environment_of(Path(scratch).name)
            done = subprocess.run(self.command(file), env=variables, check=False)  # noqa: S603 -- Flink's script
        if done.returncode in INTERRUPTED:
            raise KeyboardInterrupt
        if done.returncode:
            raise HeadraceError(
                f"Flink's SQL client ended with exit code {done.returncode}", "What it said stands above."
            )
