"""Processes that outlive the command that started them, known by id *and* start, so that a recycled id is nobody."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MARK = "HEADRACE_PROCESS"
"""Set in the environment of each process and so in that of what it starts: a Python worker keeps it as an orphan."""
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class KeptProcess:
    """One program of a cluster.

    Args:
        name: unique in its folder.
        folder: holds ``<name>.json`` with the id and the start of the running program.
    """

    name: str
    folder: Path

    @property
    def mark(self) -> str:
        """What stands in the environment of the program and of everything it started."""
        return f"{self.folder.resolve()}#{self.name}"

    def running(self) -> psutil.Process | None:
        """The program, when it runs; None when it has ended or its id belongs to somebody else by now."""
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            process = psutil.Process(said["pid"])
            same = abs(process.create_time() - said["started"]) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, KeyError, TypeError, psutil.NoSuchProcess):
            return None

    def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        output: Path,
        scratch: Path | None = None,
    ) -> bool:
        """Start the program in a session of its own; processes and files that an earlier one left behind go first.

        Returns whether it was started: not when it runs already, as when another command was quicker.

        Args:
            command: the program; a script must ``exec`` what it starts.
            environment: all environment variables.
            output: what it prints is appended to this file.
            scratch: the folder for its temporary files, its alone; emptied.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._starting():
            if self.running():
                return False
            self.reap()
            if scratch:
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir(parents=True, exist_ok=True)
            self._start(command, environment, output)
            return True

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One at a time: the keeper and ``up`` may both have seen that a program has died."""
        with (self.folder / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self, command: Sequence[str], environment: Mapping[str, str], output: Path) -> None:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab") as printed:
            child = subprocess.Popen(  # noqa: S603 -- a program of the cluster
                [*command],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**environment, MARK: self.mark},
                start_new_session=True,
            )
        self._write(psutil.Process(child.pid))
        child.returncode = 0  # it outlives this process, which must not wait for it when it ends

    def stop(self, patience: float = PATIENCE_SECONDS) -> bool:
        """Ask the program to end, then end it and what it left behind; returns whether there was anything.

        Args:
            patience: seconds between asking and ending.
        """
        process = self.running()
        if process:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)
                process.terminate()
            _wait([process], patience)
        left = self.reap()
        self._file.unlink(missing_ok=True)
        return bool(process) or left > 0

    def reap(self) -> int:
        """End everything that bears the mark at once; returns how many there were."""
        found = marked(self.mark)
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        _wait(found, PATIENCE_SECONDS)
        return len(found)

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.name}.json"

    def _write(self, process: psutil.Process) -> None:
        said = {"name": self.name, "pid": process.pid, "started": process.create_time()}
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(json.dumps(said), encoding="utf-8")
        unfinished.replace(self._file)


def marked(mark: str) -> list[psutil.Process]:
    """Processes of this user whose environment bears a mark, this one left out."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def _wait(processes: Sequence[psutil.Process], patience: float) -> None:
    psutil.wait_procs([*processes], timeout=patience)
