"""Whether a program of a cluster answers, asked as its clients would; and if it does not, why."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from headrace.cluster.ports import HOST, listening, taken_by
from headrace.cluster.programs import BROKER, JOB_MANAGER, SQL_GATEWAY, TASK_MANAGER, ZOOKEEPER
from headrace.runtime.rest import ask, is_free

if TYPE_CHECKING:
    from pathlib import Path

    import psutil

    from headrace.cluster.layout import Layout

PATIENCE_SECONDS = 3.0
RUNNING, NOT_ANSWERING, STOPPED = "running", "not answering", "stopped"
LAST_BYTES = 60_000
LAST_WORDS = 300
_EXCEPTION = re.compile(
    r"^(?:.*?\s)?(?P<name>[a-z]\w*(?:\.\w+)*\.[A-Z]\w*(?:Exception|Error)): (?P<said>.+)$", re.MULTILINE
)


@dataclass(frozen=True)
class Health:
    """Asks the programs of a cluster.

    Args:
        layout: where they listen.
    """

    layout: Layout

    def state(self, name: str, process: psutil.Process | None) -> str:
        """``running`` when a program answers, ``not answering`` when it only is there, else ``stopped``.

        Args:
            name: of the program; one that has nobody to answer runs when it is there.
            process: the program, if it is there.
        """
        if process is None:
            return STOPPED
        return RUNNING if self.answers(name, process) else NOT_ANSWERING

    def answers(self, name: str, process: psutil.Process) -> bool:
        """Whether a program answers, and it is this process that does."""
        if name.startswith(TASK_MANAGER):
            return self._is_registered(process)
        port = self.layout.port_of(name)
        return port is None or (port in listening(process) and self._probe(name, port))

    def in_the_way(self, name: str, process: psutil.Process | None) -> str:
        """Which port a program wants that another process has, and which process that is; empty when there is none."""
        own = listening(process) if process else set()
        taken = [port for port in self.layout.ports_of(name) if port not in own and not is_free(port)]
        return f"port {taken[0]} is taken{taken_by(taken[0])}" if taken else ""

    def reason(self, name: str, process: psutil.Process | None, log: Path) -> str:
        """Why a program does not answer, as far as its ports and its log say; empty when they do not.

        Args:
            name: of the program.
            process: the program, if it is there.
            log: what it printed.
        """
        said = last_exception(log)
        return self.in_the_way(name, process) or (f"its log ends with {said}" if said else "")

    def _is_registered(self, process: psutil.Process) -> bool:
        """Whether the job manager counts a task manager among its own: it knows it by the ports it listens on."""
        known = self._ask(self.layout.web_ui, "/taskmanagers").get("taskmanagers", [])
        ports = listening(process)
        return any(each.get("dataPort") in ports for each in known)

    def _probe(self, name: str, port: int) -> bool:
        return bool(self._ask(port, _PATHS[name])) if name in _PATHS else _PROBES[name](port)

    def _ask(self, port: int, path: str) -> Any:
        return ask(self.layout.address(port), path, context=self.layout.context)


def last_exception(log: Path) -> str:
    """The innermost exception among the last words of a log; empty when there is none."""
    exceptions = [*_EXCEPTION.finditer(last_words(log))]
    return (
        f"{exceptions[-1]['name'].rpartition('.')[2]}: {exceptions[-1]['said']}"[:LAST_WORDS]
        if exceptions
        else ""
    )


def last_words(log: Path) -> str:
    """The end of a log; empty when there is none."""
    return log.read_bytes()[-LAST_BYTES:].decode(errors="replace").strip() if log.is_file() else ""


def _zookeeper(port: int) -> bool:
    """ZooKeeper says its version to whoever asks; other commands of four letters are off unless they are listed."""
    try:
        with socket.create_connection((HOST, port), PATIENCE_SECONDS) as connection:
            connection.settimeout(PATIENCE_SECONDS)
            connection.sendall(b"srvr")
            return connection.recv(64).lower().startswith(b"zookeeper version")
    except OSError:
        return False


def _broker(port: int) -> bool:
    """A broker that hangs takes connections, so it is asked for its topics."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    settings: dict[str, Any] = {
        "bootstrap.servers": f"{HOST}:{port}",
        "log_level": 2,
        "error_cb": lambda _: None,
    }
    try:
        return bool(AdminClient(settings).list_topics(timeout=PATIENCE_SECONDS).brokers)
    except KafkaException:
        return False


_PROBES: dict[str, Callable[[int], bool]] = {ZOOKEEPER: _zookeeper, BROKER: _broker}
_PATHS = {JOB_MANAGER: "/overview", SQL_GATEWAY: "/info"}
