"""Flink's own command line, ``flink``, for jobs of the suite: run, list, stop."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.cluster.home import SAVEPOINTS
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.cluster.home import Home

PATIENCE_SECONDS = 300.0
LAST_LINES = 30
_JOB = re.compile(r"JobID ([0-9a-f]{32})")
_SAVEPOINT = re.compile(r"Savepoint completed\. Path: (\S+)")


@dataclass(frozen=True)
class FlinkClient:
    """Calls ``flink`` with a home's configuration, which says where the cluster is.

    Args:
        home: the home of the cluster.
        suite: what goes into the PYTHONPATH of client and workers: an archive or a folder with jobs/, udfs/, sql/, …
        folder: where ``flink`` is called; Python looks there for jobs/ before it looks into the suite. This process's
            own working folder when None.
    """

    home: Home
    suite: Path
    folder: Path | None = None

    def run(self, job: str, *arguments: str, options: Sequence[str] = ()) -> str:
        """Submit ``jobs.<job>`` without waiting for its end; returns the job's id.

        Args:
            job: a module in jobs/.
            arguments: the job's own, such as ``--model``.
            options: Flink's own, such as ``-p 2``, ``-s <savepoint>``, ``-Dkey=value``.

        Raises:
            HeadraceError: when it could not be submitted; ends with what Flink printed.
        """
        _, *rest = self.command(job, *arguments, options=options)
        return _found(_JOB, self._call(*rest))

    def command(self, job: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
        """The command line of :meth:`run`."""
        flink = self.home.program("flink")
        python = ["-pyexec", sys.executable, "-pyclientexec", sys.executable, "-pyfs", str(self.suite)]
        return [flink, "run", "-d", *options, "-pym", f"jobs.{job}", *python, *arguments]

    def stop(self, job_id: str, *, drain: bool = False) -> str:
        """Stop a job with a savepoint, all sinks committed; returns where that is.

        It goes where the home's configuration says, else into the home's own folder.

        Args:
            job_id: the job.
            drain: end time first: windows and timers fire as if no further event could come. A job stopped so is
                not meant to be resumed.

        Raises:
            HeadraceError: when it does not stop; ends with what Flink printed.
        """
        place = self.home.option(SAVEPOINTS) or self.home.savepoints.as_uri()
        options = ["--savepointPath", place, *(["--drain"] if drain else [])]
        return _found(_SAVEPOINT, self._call("stop", *options, job_id))

    def _call(self, *arguments: str) -> str:
        command = [self.home.program("flink"), *arguments]
        done = subprocess.run(  # noqa: S603 -- Flink's own script
            command,
            capture_output=True,
            text=True,
            env=self.home.environment(),
            cwd=self.folder,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            said = _without_trace(f"{done.stdout}\n{done.stderr}")
            printed = "\n".join(said.strip().splitlines()[-LAST_LINES:])
            message = f"flink {arguments[0]} ended with exit code {done.returncode}:\n{printed}"
            raise HeadraceError(message) from RuntimeError(said)  # in which the doctor reads
        return done.stdout


def _without_trace(printed: str) -> str:
    """What a job's own process said, without the Java trace after it, which only says that Python ended."""
    said, found, _ = printed.partition("org.apache.flink.client.program.ProgramAbortException")
    return said if found and "error: " in said else printed


def _found(pattern: re.Pattern[str], printed: str) -> str:
    match = pattern.search(printed)
    if match is None:
        raise HeadraceError(f"flink did not print {pattern.pattern!r}; it printed:\n{printed}")
    return match.group(1)
