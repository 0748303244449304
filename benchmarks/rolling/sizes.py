"""How large the state of a job is, by its checkpoints."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from headrace.cluster.ports import wait_until

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_SECONDS = 600.0
SAME = 3
"""So many complete checkpoints of one size in a row: all of the topic is in the state."""
SMALLEST = 20_000
"""Bytes; a checkpoint from before the first row is smaller."""


class Sizes:
    """Sizes of complete checkpoints, one after the other.

    Args:
        folder: of a job's checkpoints, of which the newest alone is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = ""
        self.bytes: list[int] = []

    def look(self) -> bool:
        """Take the newest checkpoint into account; returns whether the size is steady."""
        with suppress(OSError):  # one that is deleted while it is looked at: the next one counts
            names = sorted(self._folder.glob("*/chk-*/_metadata"), key=lambda path: path.stat().st_mtime)
            if names and names[-1].parent.name != self._seen:
                size = sum(path.stat().st_size for path in names[-1].parents[1].rglob("*") if path.is_file())
                self._seen = names[-1].parent.name
                self.bytes.append(size)
        last = self.bytes[-SAME:]
        return len(last) == SAME and min(last) > SMALLEST and _close(last)


def steady_size(folder: Path) -> int:
    """Bytes of the newest checkpoint once three in a row have the same size, what they share included.

    Args:
        folder: of a job's checkpoints, of which the newest alone is kept.

    Raises:
        HeadraceError: when that does not come within ten minutes.
    """
    sizes = Sizes(folder)
    wait_until(sizes.look, PATIENCE_SECONDS, f"{folder}: no steady checkpoints")
    return sizes.bytes[-1]


def _close(sizes: list[int]) -> bool:
    """Equal but for a thousandth: the sources write down their offsets, RocksDB its own log."""
    return max(sizes) - min(sizes) <= max(sizes) / 1000
