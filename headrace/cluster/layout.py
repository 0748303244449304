"""What a cluster is made of, kept in its folder so that every command finds its ports again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.cluster.certificates import Certificates
from headrace.cluster.ports import HOST, first_free
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

FIRST_PORTS = {"web_ui": 8081, "kafka": 9092, "controller": 19092, "zookeeper": 2181, "sql_gateway": 8083}

_PORT_OF = {"broker": "kafka", "jobmanager": "web_ui", "sql-gateway": "sql_gateway"}


@dataclass(frozen=True)
class Layout:
    """Ports and sizes.

    Attributes:
        web_ui: port of the web UI and the REST interface.
        kafka: port of the broker.
        controller: the broker's second port.
        zookeeper: port of ZooKeeper.
        sql_gateway: port of the SQL gateway's REST interface.
        task_managers: how many.
        slots: of each task manager; in process mode each slot that scores has a Python worker of about 200 MB.
        tls: folder of the certificates that the REST interfaces ask for; empty for none.
    """

    web_ui: int
    kafka: int
    controller: int
    zookeeper: int
    sql_gateway: int
    task_managers: int = 1
    slots: int = 4
    tls: str = ""

    @property
    def ports(self) -> dict[str, int]:
        """Port by name."""
        return {name: getattr(self, name) for name in FIRST_PORTS}

    @property
    def all_slots(self) -> int:
        """Of all task managers together."""
        return self.slots * self.task_managers

    def port_of(self, program: str) -> int | None:
        """Where a program listens; None for one that chooses by itself."""
        return self.ports.get(_PORT_OF.get(program, program))

    def ports_of(self, program: str) -> list[int]:
        """All the ports that are chosen for a program, the one where it is asked first."""
        asked = self.port_of(program)
        return [] if asked is None else [asked, *([self.controller] if program == "broker" else [])]

    def address(self, port: int) -> str:
        """Of a REST interface of the cluster."""
        return f"{'https' if self.tls else 'http'}://{HOST}:{port}"

    @property
    def certificates(self) -> Certificates | None:
        """What TLS is spoken with; None without."""
        return Certificates(Path(self.tls)) if self.tls else None

    @cached_property
    def context(self) -> SSLContext | None:
        """Whom requests to it trust and what they show; None without TLS.

        Raises:
            HeadraceError: when a certificate is not there any more.
        """
        return self.certificates.context() if self.certificates else None

    def write(self, path: Path) -> None:
        """Keep it."""
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")


def read_layout(path: Path) -> Layout | None:
    """The layout that was kept; None when none was.

    Raises:
        HeadraceError: when the file is none of ours.
    """
    if not path.is_file():
        return None
    try:
        return Layout(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise HeadraceError(
            f"{path}: not the layout of a cluster: {error}", "Remove it, or the folder."
        ) from error


def choose_layout(before: Layout | None, wanted: Mapping[str, int | str]) -> Layout:
    """What was wanted, else what was before, else the first free ports from Flink's and Kafka's own on."""
    fields: dict[str, Any] = {**(asdict(before) if before else {}), **wanted}
    for name, first in FIRST_PORTS.items():
        if name not in fields:
            fields[name] = first_free(first, {fields.get(other, 0) for other in FIRST_PORTS})
    return Layout(**fields)
