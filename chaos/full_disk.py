"""A disk of a few megabytes for checkpoints, which can be filled: a tmpfs, where this user may mount one."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SIZE = "size=64m"
FULL_SECONDS = 10.0
_CHUNK = 1 << 20


@dataclass
class FullDisk:
    """A folder on a disk of its own.

    Args:
        folder: where it is mounted.
        is_limited: whether that worked; if not, the folder is on the disk that it stands on.
    """

    folder: Path
    is_limited: bool = False

    def mount(self) -> None:
        """Make the folder, and mount the disk there when that is allowed."""
        self.folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", str(self.folder)]
        with suppress(OSError):
            self.is_limited = not subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603 -- ours

    def unmount(self) -> None:
        """Take the disk away."""
        if self.is_limited:
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)  # noqa: S603, S607 -- ours

    def fill_for_a_while(self) -> None:
        """Leave no room, then make room again."""
        ballast = self.folder / "ballast"
        with ballast.open("wb") as file, suppress(OSError):
            while True:
                file.write(bytes(_CHUNK))
                file.flush()
        time.sleep(FULL_SECONDS)
        ballast.unlink()
