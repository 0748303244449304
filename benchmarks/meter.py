"""What a process and those it started cost: CPU seconds and memory, seen from outside."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from typing_extensions import Self

EVERY_SECONDS = 0.5


@dataclass
class Meter:
    """Looks at a tree of processes as long as the context.

    Args:
        pid: of its root.
        with_root: whether the root itself counts; a client that only waits for its job does not.

    Attributes:
        peak_bytes: the most memory they had together, pages that several share counted once.
    """

    pid: int
    with_root: bool = True
    peak_bytes: int = field(default=0, init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Begin to look at its memory."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def cpu_seconds(self) -> float:
        """CPU seconds so far, those of children that have ended and were waited for included."""
        total = 0.0
        for process in self._processes():
            with suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
        return total

    def _watch(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.peak_bytes = max(self.peak_bytes, self._bytes())

    def _bytes(self) -> int:
        total = 0
        for process in self._processes():
            with suppress(psutil.Error):
                found = process.memory_full_info()
                total += getattr(found, "pss", found.rss)
        return total

    def _processes(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            root = psutil.Process(self.pid)
            return [*([root] if self.with_root else []), *root.children(recursive=True)]
        return []
