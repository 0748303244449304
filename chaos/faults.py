"""What can happen to a cluster."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from headrace.cluster.ports import answers, wait_until

if TYPE_CHECKING:
    from headrace.cluster.local import LocalCluster

WORKER = "pyflink.fn_execution"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Faults:
    """Does harm to the processes of a cluster; its keeper starts again what has died.

    Args:
        cluster: which.
    """

    cluster: LocalCluster

    def kill_worker(self) -> None:
        """Kill -9 of a Python worker."""
        self._worker().kill()

    def kill_task_manager(self) -> None:
        """Kill -9 of the task manager that has a Python worker, which stays behind as an orphan; once all are there."""
        slots = self.cluster.layout.all_slots
        wait_until(
            lambda: self.cluster.monitor.slots() == slots, PATIENCE_SECONDS, "a task manager is missing"
        )
        parents = [parent for parent in self._worker().parents() if parent.pid in self._task_managers()]
        parents[0].kill()

    def kill_job_manager(self) -> None:
        """Kill -9 of the job manager; comes back when its jobs have started again under the next one.

        Until that is elected, what the task managers do goes on.
        """
        jobs, began = len(self.cluster.monitor.running()), time.time() * 1_000
        self._kill("jobmanager")
        wait_until(lambda: self._started(began) == jobs, PATIENCE_SECONDS, "no job manager took over")

    def kill_broker(self) -> None:
        """Kill -9 of the broker; comes back when it answers again."""
        self._kill("broker")
        wait_until(lambda: not answers(self._broker_port), PATIENCE_SECONDS, "the broker does not end")
        wait_until(lambda: answers(self._broker_port), PATIENCE_SECONDS, "no broker came")

    def pause_broker(self, seconds: float = 5.0) -> None:
        """The broker hangs: it takes connections and answers nobody."""
        broker = self._process("broker")
        broker.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        broker.send_signal(signal.SIGCONT)

    def workers(self) -> list[psutil.Process]:
        """Python workers of running task managers."""
        parents = map(psutil.Process, self._task_managers())
        children = (child for parent in parents for child in parent.children(recursive=True))
        return [child for child in children if WORKER in " ".join(child.cmdline())]

    def _started(self, since: float) -> int:
        """How many jobs have started since a moment, in milliseconds since 1970."""
        return sum(job["start-time"] > since for job in self.cluster.monitor.running())

    @property
    def _broker_port(self) -> int:
        return self.cluster.layout.kafka

    def _worker(self) -> psutil.Process:
        wait_until(lambda: bool(self.workers()), PATIENCE_SECONDS, "no Python worker came")
        return self.workers()[0]

    def _kill(self, name: str) -> None:
        self._process(name).kill()

    def _process(self, name: str) -> psutil.Process:
        wait_until(
            lambda: self.cluster.process(name).running() is not None, PATIENCE_SECONDS, f"no {name} came"
        )
        process = self.cluster.process(name).running()
        assert process is not None  # noqa: S101 -- waited for
        return process

    def _task_managers(self) -> set[int]:
        running = (self.cluster.process(program.name).running() for program in self.cluster.programs())
        return {
            process.pid for process in running if process and "TaskManager" in " ".join(process.cmdline())
        }
