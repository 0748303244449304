"""The way in which files should come into an inbox: complete, by renaming."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def drop(inbox: Path, name: str, content: bytes) -> Path:
    """Write a file under a name that is left alone, and rename it when it is complete; returns where it is.

    Raises:
        OSError: when it can not be written.
    """
    unfinished = inbox / f".{name}"
    unfinished.write_bytes(content)
    return unfinished.replace(inbox / name)
