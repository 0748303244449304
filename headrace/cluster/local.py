"""A cluster of this machine that stays: ZooKeeper, broker, job manager, task managers, SQL gateway, in one folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.cluster.broker import SMALL, Broker
from headrace.cluster.health import RUNNING, STOPPED, Health
from headrace.cluster.home import Home, require_plain, temporary_files
from headrace.cluster.layout import Layout, choose_layout, read_layout
from headrace.cluster.ports import HOST, require_free
from headrace.cluster.process import KeptProcess
from headrace.cluster.programs import BROKER, KEEPER, Program, configure_zookeeper, programs
from headrace.cluster.start import Start
from headrace.cluster.web import ClusterMonitor
from headrace.connectors.manifest import read_manifest
from headrace.connectors.store import JarStore
from headrace.errors import HeadraceError
from headrace.runtime.configuration import read_profile
from headrace.runtime.folders import create_folder, flink_path
from headrace.runtime.network import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROFILE = "cluster"
ALWAYS = ("kafka", "sql-gateway")
"""Groups of jars that every cluster has."""


@dataclass(frozen=True)
class LocalCluster:
    """A cluster in a folder.

    Args:
        folder: holds everything it writes, the ids and ports of its processes included.
        root: the suite, for the manifest of jars and the profile ``cluster``.
    """

    folder: Path
    root: Path

    @property
    def home(self) -> Home:
        """The Flink home of its processes and of the client."""
        return Home(self.folder.resolve())

    @property
    def layout(self) -> Layout:
        """What it is made of.

        Raises:
            HeadraceError: when it was never up.
        """
        found = read_layout(self._file)
        if found is None:
            raise HeadraceError(f"there is no cluster in {self.folder}", "Start one: headrace cluster up.")
        return found

    @property
    def monitor(self) -> ClusterMonitor:
        """Its REST interface."""
        return ClusterMonitor(self.layout.address(self.layout.web_ui), self.layout.context)

    @property
    def sql_gateway(self) -> str:
        """The address of its SQL gateway."""
        return self.layout.address(self.layout.sql_gateway)

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` of its broker."""
        return f"{HOST}:{self.layout.kafka}"

    def up(self, wanted: Mapping[str, int | str], options: Mapping[str, str] | None = None) -> None:
        """Start what does not run, wait until all of it answers, and keep it running from then on.

        Args:
            wanted: fields of :class:`Layout`; what is not given stays as it was, or is chosen.
            options: Flink options that win over the profile ``cluster``; those of before if none are given. With one
                that leads to S3, the file system for it is there.

        Raises:
            HeadraceError: when a port is taken, the folder can not be written or has a name that Flink's scripts can
                not take, or a program does not come up; what was started is ended again then, and what ran before
                runs on.
        """
        require_plain(self.folder)
        create_folder(self.folder)
        if not self._runs():
            self._prepare(choose_layout(read_layout(self._file), wanted), self._choose_options(options))
        elif (
            choose_layout(self.layout, wanted) != self.layout or self._choose_options(options) != self._kept()
        ):
            raise HeadraceError(
                "the cluster runs with other ports, sizes or options", "headrace cluster down first."
            )
        Start(self).run()

    def require_up(self) -> None:
        """Refuse to go on without a job manager that has slots.

        Raises:
            HeadraceError: when none answers.
        """
        if not self.monitor.slots():
            raise HeadraceError(
                f"no cluster answers at {self.monitor.address}",
                "headrace cluster up starts what does not run.",
            )

    def down(self) -> list[str]:
        """Stop everything, the keeper first and the broker last; returns what was stopped."""
        return [name for name in self._names() if self.process(name).stop()]

    def start(self, program: Program) -> bool:
        """Start one of its programs, without the processes and temporary files that an earlier one left behind.

        Returns whether it was started, which it is not when it runs.
        """
        scratch = self.home.scratch_of(program.name)
        log = self.log(program.name)
        return self.process(program.name).start(program.command, program.environment, log, scratch)

    def status(self) -> list[dict[str, Any]]:
        """Name, state, process id, resident memory in MB, address and log of each of its processes, and a reason.

        The state is ``running`` when it answers, ``not answering`` when it only is there, else ``stopped``; the reason
        is why it does not answer.
        """
        return [self._state(name) for name in reversed(self._names())]

    def programs(self) -> list[Program]:
        """What it runs; nothing before it was first up."""
        layout = read_layout(self._file)
        return programs(self.home, self._broker(layout), layout) if layout else []

    def process(self, name: str) -> KeptProcess:
        """One of its processes."""
        return KeptProcess(name, self.folder.resolve() / "run")

    def log(self, name: str) -> Path:
        """What one of its processes printed."""
        return self.home.logs / f"{name}.out"

    @property
    def _file(self) -> Path:
        return self.folder / "cluster.json"

    @property
    def _options_file(self) -> Path:
        return self.folder / "options.json"

    def _kept(self) -> dict[str, str]:
        file = self._options_file
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}

    def _choose_options(self, wanted: Mapping[str, str] | None) -> dict[str, str]:
        return dict(wanted) if wanted else self._kept()

    def _names(self) -> list[str]:
        return [KEEPER, *reversed([program.name for program in self.programs()])]

    def _runs(self) -> bool:
        return any(self.process(name).running() for name in self._names())

    def _prepare(self, layout: Layout, options: Mapping[str, str]) -> None:
        for name, port in layout.ports.items():
            require_free(port, f"{name} of the cluster")
        for group in map(read_manifest(self.root).__getitem__, (*ALWAYS, *file_systems(options))):
            self.home.add_jars(group.place, JarStore().fetch_all(group.jars))
        self.home.add_python()
        shutil.rmtree(self.home.scratch, ignore_errors=True)  # nothing runs: all of it was left behind
        profile = read_profile(self.root, PROFILE)
        tls = layout.certificates.flink_options() if layout.certificates else {}
        self.home.configure({**HERE, **profile, **options, **tls, **self._places(layout)})
        configure_zookeeper(self.home, layout.zookeeper)
        self._broker(layout).configure()
        layout.write(self._file)
        self._options_file.write_text(json.dumps(options, indent=2), encoding="utf-8")

    def _broker(self, layout: Layout) -> Broker:
        jars = JarStore().fetch_all(read_manifest(self.root)["broker"].jars)
        jvm = (*SMALL, temporary_files(self.home.scratch_of(BROKER)))
        return Broker(self.home.folder / "broker", layout.kafka, layout.controller, jars, jvm=jvm)

    def _places(self, layout: Layout) -> dict[str, str]:
        return {
            "rest.port": str(layout.web_ui),
            "taskmanager.numberOfTaskSlots": str(layout.slots),
            "high-availability.zookeeper.quorum": f"{HOST}:{layout.zookeeper}",
            "high-availability.storageDir": flink_path(self.home.folder / "ha"),
        }

    def _state(self, name: str) -> dict[str, Any]:
        process = self.process(name).running()
        health = Health(self.layout) if self._runs() else None
        state = health.state(name, process) if health else STOPPED
        port = self.layout.port_of(name) if process else None
        return {
            "process": name,
            "state": state,
            "pid": process.pid if process else None,
            "memory_mb": process.memory_info().rss >> 20 if process else None,
            "address": f"{HOST}:{port}" if port else None,
            "log": str(self.log(name)),
            "reason": health.reason(name, process, self.log(name)) if health and state != RUNNING else "",
        }


def file_systems(options: Mapping[str, str]) -> list[str]:
    """Groups of jars that the places named in options want."""
    return ["s3"] if any(value.startswith("s3://") for value in options.values()) else []
