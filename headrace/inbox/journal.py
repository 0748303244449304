"""The inbox's journal: which file got which number, one JSON object a line, on the disk before the file is handed over.

An entry is a promise: it holds when its file lies in ``arrived`` or ``unreadable``. A number whose file is in neither
was never handed over.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Optional

from pydantic import BaseModel, ConfigDict, ValidationError

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

FILE = "inbox.jsonl"


class Entry(BaseModel):
    """What is known of one file.

    Attributes:
        number: the file's own; files are ``000017.jsonl`` in ``arrived``, ``000017`` elsewhere.
        name: under which it was dropped, as text.
        size: bytes that were read of the original, from ``start`` on.
        start: where in the original they begin; above 0 for what a file had grown by.
        of: number of the file that had grown; None for a file of its own.
        device: where the original lay.
        inode: the original's.
        changed: time of the original's last change, nanoseconds since 1970.
        unreadable: why it was set aside; None for a file that was handed over.
        sha256: of the bytes of a file that was set aside; None where they can not be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    name: str
    size: int
    start: int = 0
    of: Optional[int] = None
    device: int
    inode: int
    changed: int
    unreadable: Optional[str] = None
    sha256: Optional[str] = None

    @property
    def arrived(self) -> int:
        """When its records arrived, nanoseconds since 1970: at its last change, or now if that is no past time."""
        return self.changed if 0 <= self.changed <= time.time_ns() else time.time_ns()

    @property
    def file(self) -> str:
        """Name of the file that the job reads."""
        return f"{self.number:06d}.jsonl"

    @property
    def label(self) -> str:
        """Name of the original, and of a file that was set aside."""
        return f"{self.number:06d}"


def read_journal(data: Path) -> list[Entry]:
    """The entries of a data folder, in order; a last line that was cut off is left out.

    Raises:
        HeadraceError: when a line is no entry.
    """
    path = data / FILE
    if not path.is_file():
        return []
    *lines, _ = path.read_bytes().split(b"\n")
    return [_entry(path, number, line) for number, line in enumerate(lines, 1)]


def append(data: Path, entry: Entry) -> None:
    """Add an entry; it is on the disk when this returns.

    Raises:
        OSError: when it can not be written; nothing of it is left then.
    """
    line = entry.model_dump_json().encode() + b"\n"
    with (data / FILE).open("ab", buffering=0) as journal:
        size = journal.tell()
        try:
            _write(journal, line)
        except OSError:
            journal.truncate(size)
            raise


def _write(journal: FileIO, line: bytes) -> None:
    if journal.write(line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(journal.fileno())


def drop_torn_line(data: Path) -> None:
    """Remove what a crash left of a line that was being written."""
    path = data / FILE
    content = path.read_bytes() if path.is_file() else b""
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        return Entry.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise HeadraceError(
            f"{path}: line {number} is no entry of the inbox's journal: {where}: {first['msg']}",
            "Move the file away: the names of files that were taken so far are then unknown.",
        ) from error
