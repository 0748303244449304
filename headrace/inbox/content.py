"""What a dropped file holds, copied as lines; what can not be read as lines is refused with a reason."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from headrace.inbox.writers import OPEN_FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable

LINE_LIMIT = 8 * 2**20
"""Bytes of the longest line: a job holds a line in memory several times over."""
UNPACKED_LIMIT = 4 * 2**30
"""Bytes that a compressed file may become."""
_BLOCK = 2**20
_UNPACKERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
_NO_LINES = {
    "gzip": rb"\x1f\x8b\x08",
    "bzip2": rb"BZh[1-9]1AY&SY",
    "xz": rb"\xfd7zXZ\x00",
    "zstd": rb"\x28\xb5\x2f\xfd",
    "zip": rb"PK\x03\x04",
    "Parquet": rb"PAR1",
    "Avro": rb"Obj\x01",
    "UTF-16": rb"\xff\xfe.\x00|\xfe\xff\x00.",
}


class UnreadableError(Exception):
    """A file that holds no lines, or that can not be read; the message says why."""


def is_compressed(name: str) -> bool:
    """Whether a file is unpacked before it is handed over: its name says so."""
    return _suffix(name) in _UNPACKERS


def copy_lines(original: Path, target: Path, start: int, end: int, *, packed: str) -> None:
    """Copy bytes of a file, unpacked when its name says that they are compressed.

    Args:
        original: the file.
        target: the copy; replaced when it is there.
        start: the first byte; 0 for a compressed file.
        end: behind the last byte; compressed files are read to their end.
        packed: the name under which the file was dropped.

    Raises:
        UnreadableError: when it holds no lines, or may not be read.
        OSError: when it can not be copied now.
    """
    with _opened(original) as source, target.open("wb") as copy:
        source.seek(start)
        _copy_named(source, copy, end - start, packed)
        copy.flush()
        os.fsync(copy.fileno())


def require_readable(path: Path, name: str) -> None:
    """Read a file to its end.

    Args:
        path: the file.
        name: the name under which it was dropped.

    Raises:
        UnreadableError: when it holds no lines, or may not be read.
        OSError: when it can not be read now.
    """
    with _opened(path) as source, Path(os.devnull).open("wb") as nowhere:
        _copy_named(source, nowhere, path.stat().st_size, name)


def ends_a_line(path: Path, end: int) -> bool:
    """Whether the byte before a place in a file is the end of a line; not when the file may not be read."""
    try:
        return end > 0 and bytes_of(path, end - 1, end) == b"\n"
    except OSError:
        return False


def first_bytes(path: Path, count: int) -> bytes:
    """What a file begins with; the target of a link; nothing when it may not be read."""
    if path.is_symlink():
        return os.fsencode(path.readlink())[:count]
    try:
        return bytes_of(path, 0, count)
    except OSError:
        return b""


def line_start(path: Path, place: int) -> int:
    """Where the line begins that the byte before a place belongs to."""
    end = place
    while end > 0:
        begin = max(0, end - _BLOCK)
        newline = bytes_of(path, begin, end).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0


def _opened(path: Path) -> IO[bytes]:
    if path.is_symlink():
        raise UnreadableError("is a link: drop the file itself")
    try:
        return os.fdopen(os.open(path, OPEN_FLAGS), "rb")
    except PermissionError as error:
        raise UnreadableError("may not be read: permission denied") from error


def _copy_named(source: IO[bytes], target: IO[bytes], count: int, name: str) -> None:
    unpack = _UNPACKERS.get(_suffix(name))
    if unpack:
        _copy_unpacked(unpack(source), target, name)
    else:
        _copy(source, target, count)


def _copy_unpacked(source: IO[bytes], target: IO[bytes], name: str) -> None:
    kind = _suffix(name)
    try:
        _copy(source, target, UNPACKED_LIMIT, refuse_more=True)
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnreadableError(f"is named {kind} and can not be unpacked: {error}") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise UnreadableError(f"is named {kind} and can not be unpacked: {error}") from error


def _copy(source: IO[bytes], target: IO[bytes], count: int, *, refuse_more: bool = False) -> None:
    left, line = count, 0
    while left and (block := source.read(min(_BLOCK, left))):
        if left == count:
            _require_lines(block)
        line = _require_short(block, line)
        target.write(block)
        left -= len(block)
    if refuse_more and not left and source.read(1):
        raise UnreadableError(f"unpacks to more than {UNPACKED_LIMIT:,} bytes")


def _require_lines(block: bytes) -> None:
    for kind, pattern in _NO_LINES.items():
        if re.match(pattern, block, re.DOTALL):
            raise UnreadableError(f"is {kind}, expected lines of text")


def _require_short(block: bytes, line: int) -> int:
    """Length of the line that is open at a block's end."""
    first = block.find(b"\n")
    line += len(block) if first < 0 else first
    if line > LINE_LIMIT:
        raise UnreadableError(f"has a line of more than {LINE_LIMIT:,} bytes")
    return line if first < 0 else len(block) - 1 - block.rfind(b"\n")


def _suffix(name: str) -> str:
    return name[max(name.rfind("."), 0) :].lower()


def bytes_of(path: Path, begin: int, end: int) -> bytes:
    """The bytes of a file from one place to another, less where it ends before.

    Raises:
        OSError: when it can not be read.
    """
    with os.fdopen(os.open(path, OPEN_FLAGS), "rb") as source:
        source.seek(begin)
        return source.read(end - begin)
