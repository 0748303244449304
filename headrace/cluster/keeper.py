"""Keeps the programs of a cluster running: one that has died is started again, after its orphans were ended.

``python -m headrace.cluster.keeper FOLDER SUITE``; started by ``headrace cluster up``, ended by ``down``.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.cluster.local import LocalCluster
from headrace.cluster.programs import TASK_MANAGER

if TYPE_CHECKING:
    from headrace.cluster.programs import Program

EVERY_SECONDS = 0.3
QUICK_SECONDS = 20.0
"""A program that dies within this time of its start is given longer and longer before the next."""
LONGEST_PAUSE_SECONDS = 30.0
ALONE_SECONDS = 12.0
"""So long those that take over what one did, a task manager's tasks, have the cores before it starts again."""


@dataclass
class Keeper:
    """Looks after a cluster.

    Args:
        cluster: what to look after.
    """

    cluster: LocalCluster
    _started: dict[str, float] = field(default_factory=dict)
    _deaths: Counter[str] = field(default_factory=Counter)
    _wanted: dict[str, float] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Start what has died; returns what that was."""
        return [program.name for program in self._programs if self._is_due(program) and self._start(program)]

    @cached_property
    def _programs(self) -> list[Program]:
        """What it runs: to know that, its jars are verified, which takes a fifth of a second of CPU."""
        return self.cluster.programs()

    def _is_due(self, program: Program) -> bool:
        if self.cluster.process(program.name).running():
            self._wanted.pop(program.name, None)
            return False
        if program.name not in self._wanted:
            alone = ALONE_SECONDS if self._is_replaced(program) else 0.0
            self._wanted[program.name] = time.monotonic() + alone
        if time.monotonic() < self._wanted[program.name]:
            return False
        lived = time.monotonic() - self._started.get(program.name, -QUICK_SECONDS)
        if lived >= QUICK_SECONDS:
            self._deaths[program.name] = 0
        return lived >= min(2.0 ** self._deaths[program.name] - 1, LONGEST_PAUSE_SECONDS)

    def _is_replaced(self, program: Program) -> bool:
        """Whether it is a task manager, and others have slots for all that is at work."""
        if not program.name.startswith(TASK_MANAGER):
            return False
        kind = (each.name for each in self._programs if each.name.startswith(TASK_MANAGER))
        alive = sum(bool(self.cluster.process(name).running()) for name in kind)
        return alive > 0 and alive * self.cluster.layout.slots >= self.cluster.monitor.used_slots()

    def _start(self, program: Program) -> bool:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {program.name} has died; starting it again\n")
        sys.stdout.flush()
        self._deaths[program.name] += 1
        self._started[program.name] = time.monotonic()
        self.cluster.start(program)
        return True


def main() -> None:
    """Look after a cluster until told to end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what it started and has died leaves no entry behind
    folder, root = map(Path, sys.argv[1:3])
    keeper = Keeper(LocalCluster(folder, root))
    while True:
        keeper.look()
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
