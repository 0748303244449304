"""What ``headrace cluster up`` does: starts what does not run, and ends what it started when that does not come up."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from headrace.cluster.health import Health, last_exception, last_words
from headrace.cluster.ports import wait_until
from headrace.cluster.programs import KEEPER, Program
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from headrace.cluster.local import LocalCluster

PATIENCE_SECONDS = 120.0
LAST_WORDS = 300


@dataclass
class Start:
    """One start of a cluster whose configuration is written.

    Args:
        cluster: which.
    """

    cluster: LocalCluster
    _started: list[str] = field(default_factory=list, init=False)

    def run(self) -> None:
        """Start what does not run, wait until all of it answers, and see to it that it is kept running.

        Raises:
            HeadraceError: when a port is taken, before anything is started; when a program does not come up. What was
                started here is ended then, what ran before is left alone.
        """
        self._require_ports()
        try:
            for program in self.cluster.programs():
                self._start(program)
                self._wait_for(program.name)
            self._wait_for_slots()
            self._start(self._keeper())
        except BaseException:
            self._undo()
            raise

    def _require_ports(self) -> None:
        for program in self.cluster.programs():
            obstacle = self._health.in_the_way(program.name, self.cluster.process(program.name).running())
            if obstacle:
                raise HeadraceError(
                    f"{program.name} can not start: {obstacle}",
                    "End what listens there; or headrace cluster down, then up with another port. Nothing was changed.",
                )

    def _start(self, program: Program) -> None:
        if not self.cluster.process(program.name).running() and self.cluster.start(program):
            self._started.append(program.name)

    def _wait_for(self, name: str) -> None:
        """Programs that others ask when they start; a task manager is waited for with its slots."""
        if self.cluster.layout.port_of(name):
            wait_until(
                partial(self._answers, name), PATIENCE_SECONDS, f"{name} did not answer", self._where(name)
            )

    def _wait_for_slots(self) -> None:
        expected = self.cluster.layout.all_slots
        logs = f"See {self.cluster.home.logs}."
        missing = f"the cluster did not offer {expected} slots"
        wait_until(lambda: self._offers(expected), PATIENCE_SECONDS, missing, logs)

    def _offers(self, slots: int) -> bool:
        names = [program.name for program in self.cluster.programs()]
        return all(map(self._answers, names)) and self.cluster.monitor.slots() >= slots

    def _answers(self, name: str) -> bool:
        process = self.cluster.process(name).running()
        if process is None:
            raise HeadraceError(f"{name} ended while it started: {self._reason(name)}", self._where(name))
        return self._health.answers(name, process)

    def _reason(self, name: str) -> str:
        log = self.cluster.log(name)
        last_line = last_words(log)[-LAST_WORDS:].splitlines()[-1:]
        return (
            self._health.in_the_way(name, None)
            or last_exception(log)
            or "".join(last_line)
            or "it said nothing"
        )

    def _where(self, name: str) -> str:
        return f"See {self.cluster.log(name)}."

    def _keeper(self) -> Program:
        folder, root = str(self.cluster.home.folder), str(self.cluster.root)
        return Program(KEEPER, [sys.executable, "-m", "headrace.cluster.keeper", folder, root], os.environ)

    def _undo(self) -> None:
        while self._started:
            self.cluster.process(self._started.pop()).stop()

    @property
    def _health(self) -> Health:
        return Health(self.cluster.layout)
