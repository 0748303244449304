"""An inbox on a clock that stands until it is moved, and what came out of it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.inbox.inbox import SETTLE_SECONDS, Inbox
from headrace.inbox.settling import UNFINISHED_FACTOR

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SETTLE = SETTLE_SECONDS
LONG = SETTLE_SECONDS * UNFINISHED_FACTOR


@dataclass
class Clock:
    """Seconds of a monotonic clock."""

    now: float = 1000.0

    @classmethod
    def standing(cls, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = cls()
        monkeypatch.setattr(time, "monotonic", lambda: clock.now)
        return clock


class DroppedFiles:
    """A data folder with an inbox, and what was done with it."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self.data, self.clock = data, clock
        self.inbox = Inbox(data)

    @property
    def folder(self) -> Path:
        return self.inbox.inbox

    def restart(self) -> None:
        """As a process that begins anew."""
        self.inbox = Inbox(self.data)

    def write(self, name: str, content: bytes = b"{}\n") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def take(self, seconds: float = SETTLE) -> list[str]:
        """Look, wait and take, twice: what can not be read gets a second chance."""
        self.inbox.look()
        self.clock.now += seconds
        done = self.inbox.take()
        return [*done, *self.inbox.take()]

    def arrived(self) -> dict[str, bytes]:
        """What the job reads, by name, in order."""
        return {path.name: path.read_bytes() for path in sorted(self.inbox.arrived.iterdir())}

    def lines(self) -> list[bytes]:
        """The lines that the job reads, file by file."""
        contents = [content.removesuffix(b"\n") for content in self.arrived().values() if content]
        return [line for content in contents for line in content.split(b"\n")]

    def letters(self) -> list[dict[str, Any]]:
        """Dead letters of files that were set aside."""
        paths = sorted(self.inbox.places.letters.glob("*.jsonl"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]
