"""Flink's own command line, ``flink``, for jobs of the suite: run, list, stop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.cluster.home import SAVEPOINTS
from headrace.errors import HeadraceError
from headrace.runtime.failure import innermost_cause
from headrace.runtime.folders import flink_path, write_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.cluster.home import Home

PATIENCE_SECONDS = 300.0
_SENTENCE = re.compile(r"^error: (.+)$", re.MULTILINE)
"""What a job's own process says, before the Java trace, which only says that Python ended."""
_JOB = re.compile(r"JobID ([0-9a-f]{32})")
_SAVEPOINT = re.compile(r"Savepoint completed\. Path: (.*\S)")


@dataclass(frozen=True)
class FlinkClient:
    """Calls ``flink`` with a home's configuration, which says where the cluster is.

    Args:
        home: the home of the cluster.
        suite: what goes into the PYTHONPATH of client and workers: an archive or a folder with jobs/, udfs/, sql/, …
        folder: where ``flink`` is called; Python looks there for jobs/ before it looks into the suite. This process's
            own working folder when None.
        without: names of environment variables that ``flink`` is not to see.
    """

    home: Home
    suite: Path
    folder: Path | None = None
    without: tuple[str, ...] = ()

    def run(self, job: str, *arguments: str, options: Sequence[str] = ()) -> str:
        """Submit ``jobs.<job>`` without waiting for its end; returns the job's id.

        Args:
            job: a module in jobs/.
            arguments: the job's own, such as ``--model``.
            options: Flink's own, such as ``-p 2``, ``-s <savepoint>``, ``-Dkey=value``.

        Raises:
            HeadraceError: when it could not be submitted: the innermost cause, and where all that was printed is.
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
            HeadraceError: as :meth:`run`.
        """
        place = self.home.option(SAVEPOINTS) or flink_path(self.home.savepoints)
        options = ["--savepointPath", place, *(["--drain"] if drain else [])]
        return _found(_SAVEPOINT, self._call("stop", *options, job_id))

    def _call(self, *arguments: str) -> str:
        try:
            done = self._done(arguments)
        except subprocess.TimeoutExpired as error:
            cause = f"no end in {PATIENCE_SECONDS:.0f} s"
            raise self._failure(arguments, error.stdout, error.stderr, cause=cause) from error
        if done.returncode:
            raise self._failure(arguments, done.stdout, done.stderr)
        return str(done.stdout)

    def _done(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value for name, value in self.home.environment().items() if name not in self.without
        }
        return subprocess.run(  # noqa: S603 -- Flink's own script
            [self.home.program("flink"), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def _failure(
        self, arguments: Sequence[str], *printed: str | bytes | None, cause: str = ""
    ) -> HeadraceError:
        """The innermost cause in a sentence; all of it in a file, and in the cause, in which the doctor reads."""
        everything = "\n".join(part if isinstance(part, str) else (part or b"").decode() for part in printed)
        log = self.home.logs / f"flink-{arguments[0]}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        write_private(log, everything)
        error = HeadraceError(
            f"flink {arguments[0]} failed: {cause or _cause(everything)}; all it printed: {log}"
        )
        error.__cause__ = RuntimeError(everything)
        return error


def _cause(printed: str) -> str:
    """What the job's own process said, else the innermost cause that Flink names."""
    said = _SENTENCE.search(printed)
    return said.group(1) if said else innermost_cause(printed).strip() or "it said nothing"


def _found(pattern: re.Pattern[str], printed: str) -> str:
    match = pattern.search(printed)
    if match is None:
        raise HeadraceError(f"flink did not print {pattern.pattern!r}; it printed:\n{printed}")
    return match.group(1)
