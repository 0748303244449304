"""A process that is started with a group of its own, so that what it leaves behind can be ended with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Daemon:
    """A running program.

    Attributes:
        name: for messages.
        process: the program itself, leader of its process group.
        output: the file with what it printed.
    """

    name: str
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def is_alive(self) -> bool:
        """Whether the program itself still runs."""
        return self.process.returncode is None and not _has_ended(self.process.pid)

    def stop(self, patience: float = PATIENCE_SECONDS) -> None:
        """Ask the program to end, then end it and whatever is left of its group, orphans too.

        A task manager that was killed leaves its Python workers behind; they are in its group.

        Args:
            patience: seconds between asking and ending.
        """
        if self.is_alive:
            os.kill(self.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while self.is_alive and time.monotonic() < deadline:
            time.sleep(0.1)
        self.kill()

    def kill(self) -> None:
        """End the program and its whole group at once."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start_daemon(name: str, command: Sequence[str], environment: Mapping[str, str], output: Path) -> Daemon:
    """Start a program in a process group of its own; what it prints goes to a file.

    Args:
        name: for messages.
        command: the program and its arguments; a script must ``exec`` what it starts, or it is not the leader.
        environment: all environment variables.
        output: the file.
    """
    with output.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603 -- one of Flink's own scripts
            [*command],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    return Daemon(name, process, output)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended, leaving its entry: while that is there, no other process gets the id of its group."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
