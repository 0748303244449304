"""A folder for people to drop files into, and the folder that a live job watches.

Flink reads each file of a watched folder once and in no promised order: what is appended later, or written under a name
it has seen, is never read. So files go through an inbox: one that has not changed for a moment is moved on under a
number of its own, one after the other.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.runtime.rest import JobMonitor

INBOX = "inbox"
ARRIVED = "arrived"
SETTLED_SECONDS = 1.0
QUIET_SECONDS = 3.0
_NUMBERED = re.compile(r"^(\d{6})-(.+)$")


@dataclass
class Inbox:
    """Moves files from ``<data>/inbox`` to ``<data>/arrived``, numbered in the order of their last change.

    A file's time of last change stays: it is when its events arrived.

    Args:
        data: the data folder.
    """

    data: Path
    _next: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Make both folders, and go on after the last number."""
        for folder in (self.inbox, self.arrived):
            folder.mkdir(parents=True, exist_ok=True)
        numbers = [
            int(found.group(1)) for path in self.arrived.iterdir() if (found := _NUMBERED.match(path.name))
        ]
        self._next = max(numbers, default=-1) + 1

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.data / INBOX

    @property
    def arrived(self) -> Path:
        """What the job watches."""
        return self.data / ARRIVED

    def give_back(self) -> int:
        """Put files that an earlier run took back into the inbox, for a run that starts anew; returns how many."""
        taken = sorted(path for path in self.arrived.iterdir() if _NUMBERED.match(path.name))
        for path in taken:
            path.rename(self.inbox / path.name)
        self._next = 0
        return len(taken)

    def take(self) -> list[Path]:
        """Move the files that have settled; returns where they are now."""
        settled = [path for path in self.inbox.iterdir() if _is_settled(path)]
        return [self._moved(path) for path in sorted(settled, key=_order)]

    def _moved(self, path: Path) -> Path:
        found = _NUMBERED.match(path.name)
        target = self.arrived / f"{self._next:06d}-{found.group(2) if found else path.name}"
        self._next += 1
        return path.rename(target)


@dataclass
class Gate:
    """Keeps the inbox shut until the job has read its history: what is scored before that would lack it.

    Args:
        inbox: whose files wait.
        monitor: the job; it has read its history when no operator has moved a row for some seconds.
    """

    inbox: Inbox
    monitor: JobMonitor
    opened: bool = field(default=False, init=False)
    _mark: tuple[int, ...] = field(default=(), init=False)
    _since: float = field(default=0.0, init=False)

    def tick(self) -> list[Path]:
        """Look again; returns the files that were let through just now."""
        self.opened = self.opened or self._is_quiet()
        return self.inbox.take() if self.opened else []

    def _is_quiet(self) -> bool:
        mark = self.monitor.rows_moved()
        if not mark or mark != self._mark:
            self._mark, self._since = mark, time.monotonic()
            return False
        return time.monotonic() - self._since >= QUIET_SECONDS


def _is_settled(path: Path) -> bool:
    return (
        path.is_file() and path.name[0] not in "._" and time.time() - path.stat().st_mtime >= SETTLED_SECONDS
    )


def _order(path: Path) -> tuple[str, float, str]:
    """Files that come back keep their order and go first; new ones go by their time."""
    found = _NUMBERED.match(path.name)
    return (found.group(1) if found else "~", path.stat().st_mtime, path.name)
