"""Since when files have not changed, by a clock that nobody sets."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.inbox.content import ends_a_line, is_compressed
from headrace.inbox.writers import has_writer

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path

UNFINISHED_FACTOR = 5.0
"""How many times longer a file waits that does not end with the end of a line, or can not be read."""

Shape = tuple[int, int, int, int]


@dataclass
class Sight:
    """What was seen of a file.

    Attributes:
        shape: device, inode, size and time of change.
        first: when it was seen first, seconds of a monotonic clock.
        since: since when it has had this shape.
        doubted: whether it could not be read at the first attempt.
    """

    shape: Shape
    first: float
    since: float
    doubted: bool = False


@dataclass
class Settling:
    """Remembers files from look to look.

    Args:
        seconds: how long a file's size and time of change must stay as they are.
    """

    seconds: float
    _sights: dict[Path, Sight] = field(default_factory=dict, init=False)

    def look(self, paths: Iterable[Path]) -> None:
        """See files as they are now, and forget those that are gone."""
        now = time.monotonic()
        sights = {path: self._seen(path, now) for path in paths}
        self._sights = {path: sight for path, sight in sights.items() if sight}

    def __getitem__(self, path: Path) -> Sight:
        """What was seen of a file."""
        return self._sights[path]

    def __contains__(self, path: object) -> bool:
        """Whether a file was there."""
        return path in self._sights

    def settled(self) -> list[Path]:
        """Files that can be taken, those that were seen first before others, then by their time of change and name."""
        paths = [path for path in self._sights if self.is_settled(path)]
        return sorted(paths, key=lambda path: (self._sights[path].first, self._sights[path].shape[3], path))

    def waiting(self, seconds: float) -> list[Path]:
        """Files that have been there for some time and can not be taken yet."""
        seen = time.monotonic() - seconds
        late = (path for path, sight in self._sights.items() if sight.first <= seen and not sight.doubted)
        return [path for path in late if path.exists()]

    def is_settled(self, path: Path) -> bool:
        """Whether a file has been the same for long enough, and no program is known to be writing it."""
        sight = self._sights[path]
        waited = time.monotonic() - sight.since
        if waited < self.seconds:
            return False
        return waited >= self.patience(path) and has_writer(path) is not True

    def patience(self, path: Path) -> float:
        """How long a file must stay the same, by how it ends."""
        sight = self._sights[path]
        complete = is_compressed(path.name) or ends_a_line(path, sight.shape[2])
        return self.seconds if complete and not sight.doubted else self.seconds * UNFINISHED_FACTOR

    def wait_again(self, path: Path) -> None:
        """Begin to wait for a file anew, as if it had just changed."""
        if path in self._sights:
            self._sights[path].since = time.monotonic()

    def _seen(self, path: Path, now: float) -> Sight | None:
        try:
            shape = shape_of(path.lstat())
        except FileNotFoundError:
            return None
        before = self._sights.get(path)
        if before is None or before.shape[:2] != shape[:2]:
            return Sight(shape, now, now)
        return before if before.shape == shape else Sight(shape, before.first, now)


def shape_of(status: os.stat_result) -> Shape:
    """What tells whether a file has changed."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
