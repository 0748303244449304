"""Programs that stand in for Flink's scripts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from headrace.cluster.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class ScriptedHome(Home):
    """A home in which every program of Flink's is one shell script."""

    def program(self, name: str) -> str:
        """The script, whatever its name."""
        return str(self.folder / "script") if name else ""


def scripted(folder: Path, script: str) -> ScriptedHome:
    """A home whose programs run a shell script."""
    path = folder / "script"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return ScriptedHome(folder)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fails when it does not come in a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
