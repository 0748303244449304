"""A cluster, or a broker, on this machine, on free ports, for as long as a ``with`` block lasts."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.cluster.broker import SMALL, Broker
from headrace.cluster.daemon import Daemon, start_daemon
from headrace.cluster.ports import HOST, answers, free_ports, wait_until
from headrace.cluster.web import ClusterMonitor
from headrace.connectors.manifest import read_manifest
from headrace.connectors.store import JarStore
from headrace.errors import HeadraceError
from headrace.runtime.network import CLOSED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

    from headrace.cluster.broker import Certificate
    from headrace.cluster.home import Home

PATIENCE_SECONDS = 180.0
BROKER_PATIENCE_SECONDS = 60.0


@contextmanager
def running_broker(
    root: Path,
    folder: Path,
    users: Mapping[str, str] | None = None,
    certificate: Certificate | None = None,
    jvm: Sequence[str] = SMALL,
) -> Iterator[Broker]:
    """A broker with its log in a folder, ended afterwards.

    Args:
        root: the suite, whose manifest pins the broker's jars.
        folder: made if it is not there.
        users: as in `Broker`.
        certificate: as in `Broker`.
        jvm: as in `Broker`.

    Raises:
        HeadraceError: when its jars can not be had, or it does not answer in time.
    """
    jars = JarStore().fetch_all(read_manifest(root)["broker"].jars)
    port, controller_port = free_ports(2)
    broker = Broker(folder, port, controller_port, jars, users or {}, certificate, jvm)
    broker.configure()
    daemon = start_daemon("broker", broker.command(), os.environ, folder / "broker.out")
    try:
        wait_until(lambda: answers(port), BROKER_PATIENCE_SECONDS, "no broker answered")
        yield broker
    finally:
        daemon.stop()


@dataclass
class StandaloneCluster:
    """A session cluster; use it as a context manager.

    Args:
        home: its folders.
        options: Flink options, such as those of a profile; ports, hosts and slots are set here.
        slots: how many subtasks of a vertex can run at once; each costs a Python worker in process mode.
    """

    home: Home
    options: Mapping[str, str]
    slots: int = 4
    rest_port: int = field(default=0, init=False)
    _daemons: list[Daemon] = field(default_factory=list, init=False)

    @property
    def address(self) -> str:
        """``http://host:port`` of the web UI and the REST interface."""
        return f"http://{HOST}:{self.rest_port}"

    def __enter__(self) -> Self:
        """Start both processes and wait until all slots are there.

        Raises:
            HeadraceError: when one of them ends, or the slots do not come.
        """
        with ExitStack() as stack:
            stack.callback(self.stop)
            self.start()
            self.wait_for_slots()
            stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start both processes; they are not ready yet."""
        self.rest_port, rpc_port = free_ports(2)
        self.home.configure({**self.options, **self._addresses(rpc_port), **self._sizes()})
        for name in ("jobmanager", "taskmanager"):
            command = [self.home.program(f"{name}.sh"), "start-foreground"]
            output = self.home.logs / f"{name}.out"
            self.home.scratch_of(name).mkdir(exist_ok=True)
            self._daemons.append(start_daemon(name, command, self.home.environment_of(name), output))

    def stop(self) -> None:
        """Stop both processes, the task manager first, and the Python workers it may have left behind."""
        while self._daemons:
            self._daemons.pop().stop()

    def kill(self) -> None:
        """End both processes at once and without warning, as when the machine fails."""
        while self._daemons:
            self._daemons.pop().kill()

    def wait_for_slots(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until the job manager answers and has all slots.

        Raises:
            HeadraceError: when a process has ended, or after ``patience`` seconds.
        """
        said = f"the cluster did not offer {self.slots} slots"
        wait_until(self._offers_slots, patience, said, f"Its logs are in {self.home.logs}.")

    def _offers_slots(self) -> bool:
        if ClusterMonitor(self.address).slots() >= self.slots:
            return True
        self._require_alive()
        return False

    def _require_alive(self) -> None:
        for daemon in self._daemons:
            if not daemon.is_alive:
                raise HeadraceError(
                    f"the {daemon.name} ended while the cluster started", f"See {daemon.output}."
                )

    def _addresses(self, rpc_port: int) -> dict[str, str]:
        return {
            **CLOSED,
            "rest.port": str(self.rest_port),
            "jobmanager.rpc.port": str(rpc_port),
        }

    def _sizes(self) -> dict[str, str]:
        sizes = {
            "taskmanager.numberOfTaskSlots": str(self.slots),
            "jobmanager.memory.process.size": "1024m",
            "taskmanager.memory.process.size": "1728m",
        }
        return {key: value for key, value in sizes.items() if key not in self.options}
