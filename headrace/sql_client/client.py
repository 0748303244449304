"""Starts ``sql-client.sh`` on a cluster of this machine."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.local import LocalCluster


HISTORY = "sql-history"
"""What was typed, in the cluster's folder and not in the user's home."""


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
        """
        self.cluster.require_up()
        variables = self.cluster.home.environment()
        done = subprocess.run(self.command(file), env=variables, check=False)  # noqa: S603 -- Flink's script
        if done.returncode:
            raise HeadraceError(
                f"Flink's SQL client ended with exit code {done.returncode}", "What it said stands above."
            )
