"""Where the files of an inbox lie, and which names are not taken."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.runtime.folders import create_folder

if TYPE_CHECKING:
    from pathlib import Path

INBOX = "inbox"
ARRIVED = "arrived"
UNREADABLE = "unreadable"
LETTERS = "dead_letters/inbox"
UNFINISHED_STARTS = (".", "_")
UNFINISHED_ENDS = (".tmp", ".part", ".swp", "~", ".crdownload")
_NUMBERED = re.compile(r"(\d{6,})(?:[.-].*)?")


@dataclass(frozen=True)
class Places:
    """The folders of an inbox.

    Args:
        data: the data folder.
    """

    data: Path

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.data / INBOX

    @property
    def arrived(self) -> Path:
        """What the job watches: complete files that are never changed."""
        return self.data / ARRIVED

    @property
    def taken(self) -> Path:
        """Originals of files that were taken, kept for a while in case that they grow."""
        return self.inbox / ".taken"

    @property
    def again(self) -> Path:
        """Files that an earlier run read, and that a run that starts anew reads again."""
        return self.inbox / ".again"

    @property
    def unreadable(self) -> Path:
        """Files that were set aside."""
        return self.data / UNREADABLE

    @property
    def letters(self) -> Path:
        """The dead letters of files that were set aside."""
        return self.data / LETTERS

    def create(self) -> None:
        """Make the folders that are not there.

        Raises:
            HeadraceError: when one can not be made.
        """
        for folder in (self.inbox, self.arrived, self.taken, self.again):
            create_folder(folder)

    def last_number(self) -> int:
        """The highest number that a file has; -1 without files."""
        folders = (self.arrived, self.taken, self.again, self.unreadable)
        return max((number for folder in folders for number in numbered(folder)), default=-1)


def numbered(folder: Path) -> dict[int, Path]:
    """The files of a folder that have a number, in order."""
    paths = folder.iterdir() if folder.is_dir() else iter(())
    numbers = ((_NUMBERED.fullmatch(path.name), path) for path in paths)
    return dict(sorted((int(match.group(1)), path) for match, path in numbers if match))


def is_unfinished(name: str) -> bool:
    """Whether a name says that its file is not complete, or none of the inbox's."""
    return name.startswith(UNFINISHED_STARTS) or name.lower().endswith(UNFINISHED_ENDS)


def readable(name: str) -> str:
    r"""A file's name as text: bytes that are no UTF-8 as ``\xff``, control characters escaped."""
    text = os.fsencode(name).decode("utf-8", errors="backslashreplace")
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )
