"""A folder for people to drop files into, and the folder that a live job watches.

Flink reads each file of a watched folder once: what is appended later, or written under a name it has seen, is never
read. So files go through an inbox: one that has settled is copied to the job's folder under a number of its own, one
after the other, and its original is watched for a while. docs/inbox.md has the protocol.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.inbox.content import UnreadableError
from headrace.inbox.growth import Growth
from headrace.inbox.handover import ChangedError, Handover, Original
from headrace.inbox.journal import Entry, drop_torn_line, read_journal
from headrace.inbox.letter import UNREADABLE_FILE, without_letter
from headrace.inbox.places import Places, is_unfinished, numbered, readable
from headrace.inbox.recovery import finish_moves, move_original, remove_parts, require_movable
from headrace.inbox.remarks import LONG_SECONDS, Remarks
from headrace.inbox.settling import Settling

if TYPE_CHECKING:
    from pathlib import Path

SETTLE_SECONDS = 2.0
_OURS = {".taken", ".again"}
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


@dataclass
class Inbox:
    """Hands files from ``<data>/inbox`` to ``<data>/arrived``, numbered in the order in which they came and settled.

    Args:
        data: the data folder. One process at a time may have an inbox on it.
        settle: seconds for which a file's size and time of change must stay as they are; five times as long for one
            that does not end with the end of a line.

    Raises:
        HeadraceError: when its folders can not be made, or its journal is damaged.
    """

    data: Path
    settle: float = SETTLE_SECONDS
    places: Places = field(init=False)
    remarks: Remarks = field(default_factory=Remarks, init=False)
    _settling: Settling = field(init=False)
    _handover: Handover = field(init=False)
    _growth: Growth = field(init=False)
    _names: dict[int, str] = field(init=False)
    _stuck: set[tuple[int, int]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Make the folders, finish what an earlier run began, and go on after the last number."""
        self.places = Places(self.data)
        self.places.create()
        drop_torn_line(self.data)
        entries = read_journal(self.data)
        numbers = (entry.number for entry in entries)
        remove_parts(self.places)
        finish_moves(self.places, entries)
        self._settling = Settling(self.settle)
        self._handover = Handover(self.places, max(self.places.last_number(), *numbers, -1) + 1)
        self._handover.owe(without_letter(self.places, entries))
        self._growth = Growth(self.places, self._handover, self.settle)
        self._growth.go_on(entries)
        self._names = {entry.number: entry.name for entry in entries}

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.places.inbox

    @property
    def arrived(self) -> Path:
        """What the job watches."""
        return self.places.arrived

    def give_back(self) -> int:
        """Let files that an earlier run read wait, for a run that starts anew; returns how many wait."""
        for path in numbered(self.places.arrived).values():
            path.rename(self.places.again / path.name)
        return len(numbered(self.places.again))

    def look(self) -> None:
        """See which files are there; how long they must settle counts from the first look."""
        left = {path: _why_left(path) for path in self._listed()}
        self._settling.look(path for path, why in left.items() if why is None)
        self._growth.look()
        for path, why in left.items():
            if why:
                self.remarks.lies(path, why)
        self.remarks.forget_gone()

    def take(self) -> list[str]:
        """Hand over the files that have settled, and what files have grown by; returns what was done, for people."""
        self.look()
        done = self._read_again()
        self._pay()
        for path in self._settling.settled():
            if self._settling[path].shape[:2] not in self._stuck:
                done += self._tried(path)
        done += [_said(entry) for entry in self._growth.take()]
        for name, error in self._growth.troubles.items():
            self.remarks.trouble(name, error)
        for path in self._settling.waiting(LONG_SECONDS):
            self.remarks.waits(path)
        return done

    def _read_again(self) -> list[str]:
        paths = numbered(self.places.again)
        for path in paths.values():
            path.rename(self.places.arrived / path.name)
        return [f"taken in again: {self._names.get(number, path.name)}" for number, path in paths.items()]

    def _pay(self) -> None:
        try:
            self._handover.pay()
        except OSError as error:
            self.remarks.trouble("the dead letter of a file", error)

    def _tried(self, path: Path) -> list[str]:
        original = Original(path, path.name, self._settling[path].shape)
        try:
            return [_said(self._taken(original))]
        except UnreadableError as error:
            return self._doubted(original, str(error))
        except ChangedError:
            return []
        except OSError as error:
            return self._put_off(path, error)

    def _taken(self, original: Original) -> Entry:
        require_movable(original.path)
        entry = self._handover.hand_over(original)
        try:
            move_original(self.places, original.path, entry)
        except OSError as error:
            self._stuck.add(original.shape[:2])
            self.remarks.stays(entry.name, error)
        self._growth.watch(entry, entry.size)
        return entry

    def _doubted(self, original: Original, reason: str) -> list[str]:
        """A file that can not be read may be incomplete: it gets the longer time before it is set aside."""
        sight = self._settling[original.path]
        if not sight.doubted:
            sight.doubted = True
            return []
        try:
            return [_said(self._handover.set_aside(original, reason))]
        except OSError as error:
            return self._put_off(original.path, error)

    def _put_off(self, path: Path, error: OSError) -> list[str]:
        """A file that was deleted meanwhile is no error; another is tried again when it has settled anew."""
        if os.path.lexists(path):
            self._settling.wait_again(path)
            self.remarks.trouble(readable(path.name), error)
        return []

    def _listed(self) -> list[Path]:
        try:
            self.inbox.mkdir(exist_ok=True)
            return [path for path in self.inbox.iterdir() if path.name not in _OURS]
        except OSError as error:
            self.remarks.trouble("the inbox", error)
            return []


def _said(entry: Entry) -> str:
    if entry.unreadable:
        return f"set aside: {entry.name} {entry.unreadable} (headrace dlq show --reason {UNREADABLE_FILE})"
    if entry.of is not None:
        return f"{entry.name} grew after it was taken in: the rest is {entry.file}"
    return f"taken in: {entry.name} as {entry.file}"


def _why_left(path: Path) -> str | None:
    if is_unfinished(path.name):
        return "is left alone, as its name says that it is not complete"
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
    except FileNotFoundError:
        return None
    return None if kind in {stat.S_IFREG, stat.S_IFLNK} else f"is {_KINDS.get(kind, 'a device')}, not a file"
