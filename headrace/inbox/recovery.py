"""What a process that ended in the middle of its work left in the folders."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from headrace.inbox.content import is_compressed
from headrace.inbox.settling import shape_of

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.inbox.journal import Entry
    from headrace.inbox.places import Places

_BLOCK = 1 << 20


def remove_parts(places: Places) -> None:
    """Delete copies that were not finished; their originals are where they were."""
    for path in places.arrived.glob(".*.part"):
        path.unlink()


def finish_moves(places: Places, entries: list[Entry]) -> None:
    """Move the original of the last file, if it was handed over and is still among those to be taken."""
    handed = [entry for entry in entries if entry.of is None and not entry.unreadable]
    if not handed:
        return
    entry = handed[-1]
    copied, original = places.arrived / entry.file, places.taken / entry.label
    if not copied.exists() or original.exists():
        return
    for path in places.inbox.iterdir():
        if _is_original(path, entry, copied):
            with suppress(PermissionError):
                move_original(places, path, entry)


def _is_original(path: Path, entry: Entry, copied: Path) -> bool:
    device, inode, size, changed = shape_of(path.lstat())
    if (device, inode) != (entry.device, entry.inode):
        return False
    if size == entry.size:
        return changed == entry.changed
    return size > entry.size and not is_compressed(entry.name) and _begins_with(path, copied)


def _begins_with(path: Path, copied: Path) -> bool:
    with path.open("rb") as longer, copied.open("rb") as shorter:
        blocks = iter(lambda: shorter.read(_BLOCK), b"")
        return all(longer.read(len(block)) == block for block in blocks)


def require_movable(path: Path) -> None:
    """Check that a file can be moved out of its folder, before it is handed over.

    Raises:
        PermissionError: when it can not.
    """
    folder, user = path.parent.lstat(), os.geteuid()
    theirs = folder.st_mode & stat.S_ISVTX and user not in {0, folder.st_uid, path.lstat().st_uid}
    if theirs or not os.access(path.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EPERM, "it belongs to another user, and may not be moved away")


def move_original(places: Places, path: Path, entry: Entry) -> None:
    """Move the original of a file that was handed over to where its growth is watched.

    A file of that name that has come meanwhile goes back into the inbox, under its number.
    """
    original = places.taken / entry.label
    try:
        path.rename(original)
    except FileNotFoundError:
        return
    if original.lstat().st_ino != entry.inode:
        original.rename(places.inbox / f"{entry.label}-{os.urandom(4).hex()}")
