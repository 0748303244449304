"""What a person should know of files that are not taken, each said once."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.inbox.places import readable
from headrace.inbox.writers import has_writer

if TYPE_CHECKING:
    from pathlib import Path

LONG_SECONDS = 60.0
"""How long a file lies in the inbox before something is said of it."""


@dataclass
class Remarks:
    """Sentences that have not been said yet."""

    _new: list[str] = field(default_factory=list, init=False)
    _said: set[tuple[str, str]] = field(default_factory=set, init=False)
    _troubled: set[str] = field(default_factory=set, init=False)
    _lying: dict[Path, float] = field(default_factory=dict, init=False)

    def new(self) -> list[str]:
        """What there is to say since the last call."""
        new, self._new = self._new, []
        return new

    def lies(self, path: Path, why: str) -> None:
        """A file that is never taken is there."""
        since = self._lying.setdefault(path, time.monotonic())
        if time.monotonic() - since >= LONG_SECONDS:
            self._add(readable(path.name), f"lies in the inbox: it {why}")

    def waits(self, path: Path) -> None:
        """A file has been there for long and is not taken yet."""
        writing = has_writer(path) is True
        if writing or readable(path.name) not in self._troubled:
            why = "a program has it open for writing" if writing else "it is still changing"
            self._add(readable(path.name), f"waits in the inbox: {why}")

    def trouble(self, name: str, error: OSError) -> None:
        """Something could not be done with a file; it will be tried again."""
        self._troubled.add(name)
        self._add(name, f"could not be taken in and is tried again: {error.strerror or error}")

    def stays(self, name: str, error: OSError) -> None:
        """A file was handed over and could not be moved away."""
        self._troubled.add(name)
        self._add(name, f"was taken in, but could not be moved out of the inbox: {error.strerror or error}")

    def forget_gone(self) -> None:
        """Forget files that are no longer there, so that a new one of that name is spoken of again."""
        self._lying = {path: since for path, since in self._lying.items() if os.path.lexists(path)}

    def _add(self, name: str, remark: str) -> None:
        if (name, remark) not in self._said:
            self._said.add((name, remark))
            self._new.append(f"{name} {remark}")
