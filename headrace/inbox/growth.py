"""Watches files that were taken: what they grow by is read as a further file, and reported."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.inbox.content import UnreadableError, bytes_of, is_compressed, line_start
from headrace.inbox.handover import ChangedError, Handover, Original
from headrace.inbox.places import Places, numbered
from headrace.inbox.settling import Settling
from headrace.inbox.writers import has_writer

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.inbox.journal import Entry

WATCH_SECONDS = 60.0
"""How long a file is watched after its last change; longer while a program is known to have it open for writing."""


@dataclass
class Growth:
    """Files that were taken, and how much of them was read.

    Args:
        places: the folders.
        handover: gives numbers.
        seconds: how long a file must stay as it is, as for the inbox.

    Attributes:
        troubles: what could not be done at the last look, by name of the file; it is tried again.
    """

    places: Places
    handover: Handover
    seconds: float
    _settling: Settling = field(init=False)
    _watched: dict[Path, Entry] = field(default_factory=dict, init=False)
    _read: dict[Path, int] = field(default_factory=dict, init=False)
    troubles: dict[str, OSError] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Nothing has been seen yet."""
        self._settling = Settling(self.seconds)

    def watch(self, entry: Entry, read: int) -> None:
        """Watch the original of a file that was taken.

        Args:
            entry: the file's.
            read: how many of its bytes were handed over.
        """
        path = self.places.taken / entry.label
        self._watched[path], self._read[path] = entry, read

    def go_on(self, entries: list[Entry]) -> None:
        """Watch the files that an earlier run watched."""
        known = {entry.number: entry for entry in entries}
        for number in numbered(self.places.taken):
            if number in known:
                self.watch(known[number], self._handed_over(known[number], entries))

    def look(self) -> None:
        """See how files are now."""
        self._settling.look(self._watched)
        self._watched = {path: entry for path, entry in self._watched.items() if path in self._settling}

    def take(self) -> list[Entry]:
        """Read what settled files have grown by, and end the watch of those that do not change."""
        self.troubles = {}
        return [grown for path in self._seen() for grown in self._tried(path)]

    def _seen(self) -> list[Path]:
        return [path for path in self._watched if path in self._settling]

    def _tried(self, path: Path) -> list[Entry]:
        try:
            return self._looked_at(path)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._settling.wait_again(path)
            self.troubles[self._watched[path].name] = error
            return []

    def _looked_at(self, path: Path) -> list[Entry]:
        entry, sight = self._watched[path], self._settling[path]
        size, read = sight.shape[2], self._read[path]
        if size == read:
            self._end(path, sight.since)
            return []
        if not self._settling.is_settled(path):
            return []
        if size < read or is_compressed(entry.name):
            return [self._set_aside(path, f"was overwritten after it was taken in as {entry.file}")]
        return self._tail(path, entry)

    def _tail(self, path: Path, entry: Entry) -> list[Entry]:
        shape = self._settling[path].shape
        start = _unread_from(path, self._read[path])
        found = Original(path, entry.name, shape, start, entry.number)
        try:
            grown = [self.handover.hand_over(found)] if start < found.end else []
        except UnreadableError as error:
            return [self._set_aside(path, f"grew after it was taken in as {entry.file}, and {error}")]
        except ChangedError:
            return []
        self._read[path] = found.end
        return grown

    def _set_aside(self, path: Path, reason: str) -> Entry:
        entry, shape = self._watched[path], self._settling[path].shape
        return self.handover.set_aside(Original(path, entry.name, shape, of=entry.number), reason)

    def _end(self, path: Path, since: float) -> None:
        if time.monotonic() - since >= WATCH_SECONDS and has_writer(path) is not True:
            path.unlink()

    def _handed_over(self, original: Entry, entries: list[Entry]) -> int:
        of_it = [entry for entry in entries if entry.of == original.number and not entry.unreadable]
        there = [entry.start + entry.size for entry in of_it if self._is_there(entry)]
        return max([original.size, *there])

    def _is_there(self, entry: Entry) -> bool:
        return any((folder / entry.file).exists() for folder in (self.places.arrived, self.places.again))


def _unread_from(path: Path, read: int) -> int:
    """Where the unread lines of a file begin.

    A line that was cut by the first reading begins before that: it is read again, whole. Its first part came out as a
    record of its own; the line's end alone must not.
    """
    start = line_start(path, read)
    if start == read:
        return read
    return read + 1 if bytes_of(path, read, read + 1) == b"\n" else start
