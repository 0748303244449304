"""All checks of the doctor, in the order in which a person would look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.doctor import flink, jars, machine, python, sockets
from headrace.errors import HeadraceError
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headrace.doctor.finding import Finding


@dataclass(frozen=True)
class Examination:
    """What to look at.

    Args:
        data: the folder for tables.
        root: the suite; found when not given.
        jars: jars, and folders with jars, that a job will be given.
    """

    data: Path
    root: str | None = None
    jars: Sequence[Path] = ()

    def findings(self) -> Iterator[Finding]:
        """Run each check; nothing is started, written or left behind."""
        yield python.version()
        yield python.pins(self._checkout())
        yield python.variables()
        yield flink.java()
        yield flink.installation()
        yield flink.connector_jars(
            [*flink.default_folders(), *self.jars], flink.flink_version() or flink.SUPPORTED
        )
        yield jars.pinned(self._checkout(), flink.flink_version() or flink.SUPPORTED)
        yield flink.suite(self.root)
        yield machine.writable(self.data)
        yield machine.disk(self.data)
        yield machine.memory()
        yield machine.web_ui_ports()
        yield machine.service_ports(machine.SERVICES)
        yield machine.leftovers()
        yield sockets.listening()

    def _checkout(self) -> Path | None:
        try:
            return find_root(self.root)
        except HeadraceError:
            return None
