"""Keeps an inbox shut until its job has read its history."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headrace.inbox.inbox import Inbox
    from headrace.runtime.rest import JobMonitor

QUIET_SECONDS = 3.0


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

    def tick(self) -> list[str]:
        """Look again; returns what was done with files just now, for people."""
        self.opened = self.opened or self._is_quiet()
        if self.opened:
            return self.inbox.take()
        self.inbox.look()
        return []

    def remarks(self) -> list[str]:
        """What there is to say of files that are not taken."""
        return self.inbox.remarks.new()

    def _is_quiet(self) -> bool:
        mark = self.monitor.rows_moved()
        if not mark or mark != self._mark:
            self._mark, self._since = mark, time.monotonic()
            return False
        return time.monotonic() - self._since >= QUIET_SECONDS
