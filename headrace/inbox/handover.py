"""Hands files to the job: a complete copy under a number, or set aside with a dead letter; each in one step."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.inbox.content import copy_lines
from headrace.inbox.journal import Entry, append
from headrace.inbox.letter import write_letter
from headrace.inbox.places import Places, readable
from headrace.inbox.settling import Shape, shape_of
from headrace.inbox.writers import OPEN_FLAGS

if TYPE_CHECKING:
    from pathlib import Path


class ChangedError(Exception):
    """A file changed while it was read: nothing was handed over."""


@dataclass(frozen=True)
class Original:
    """What is to be handed over of a file.

    Attributes:
        path: where the file lies.
        name: under which it was dropped, as it is on the disk.
        shape: as it was seen last.
        start: the first byte.
        of: number of the file that had grown; None for a file of its own.
    """

    path: Path
    name: str
    shape: Shape
    start: int = 0
    of: int | None = None

    @property
    def end(self) -> int:
        """Behind the last byte."""
        return self.shape[2]


@dataclass
class Handover:
    """Gives files their numbers.

    Args:
        places: the folders.
        number: the next number.
    """

    places: Places
    number: int
    _owed: list[Entry] = field(default_factory=list, init=False)

    def hand_over(self, original: Original) -> Entry:
        """Copy a file, or what it has grown by, to where the job reads it.

        The copy has the time of the file's last change, which is when its events arrived, but none in the future.

        Raises:
            UnreadableError: when it holds no lines, or may not be read.
            ChangedError: when it changed meanwhile.
            OSError: when it can not be copied now.
        """
        entry = self._entry(original)
        part = self.places.arrived / f".{entry.label}.part"
        try:
            copy_lines(original.path, part, original.start, original.end, packed=_packed(original))
            if shape_of(original.path.lstat()) != original.shape:
                raise ChangedError
            os.utime(part, ns=(entry.arrived,) * 2)
            self._promise(entry)
            part.rename(self.places.arrived / entry.file)
        finally:
            part.unlink(missing_ok=True)
        return entry

    def set_aside(self, original: Original, reason: str) -> Entry:
        """Move a file out of the way, and write a dead letter that leads to it.

        Raises:
            OSError: when it can not be moved, or the letter can not be written now; the letter is still owed then.
        """
        reasons = {"unreadable": reason, "sha256": _sha256(original.path)}
        entry = self._entry(original).model_copy(update=reasons)
        self.places.unreadable.mkdir(parents=True, exist_ok=True)
        self._promise(entry)
        original.path.rename(self.places.unreadable / entry.label)
        self.owe([entry])
        self.pay()
        return entry

    def owe(self, entries: list[Entry]) -> None:
        """Remember files that were set aside and have no letter yet."""
        self._owed += entries

    def pay(self) -> None:
        """Write the letters that are owed.

        Raises:
            OSError: when one can not be written now.
        """
        while self._owed:
            write_letter(self.places, self._owed[0])
            del self._owed[0]

    def _promise(self, entry: Entry) -> None:
        append(self.places.data, entry)
        self.number += 1

    def _entry(self, original: Original) -> Entry:
        device, inode, size, changed = original.shape
        return Entry(
            number=self.number,
            name=readable(original.name),
            size=size - original.start,
            start=original.start,
            of=original.of,
            device=device,
            inode=inode,
            changed=changed,
        )


def _packed(original: Original) -> str:
    return original.name if original.of is None else ""


def _sha256(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(path, OPEN_FLAGS), "rb") as content:
            for block in iter(lambda: content.read(1 << 20), b""):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
