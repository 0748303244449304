"""Where a cluster keeps its configuration, logs and state, apart from the programs, which are PyFlink's own."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from headrace.errors import HeadraceError
from headrace.runtime.beam_servers import write_jar
from headrace.runtime.folders import flink_path, write_private
from headrace.runtime.java import find_java_home

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JAVA_OPTIONS = "env.java.opts.all"
SAVEPOINTS = "execution.checkpointing.savepoint-dir"
IDENTITY = "headrace"
NOT_INHERITED = ("JVM_ARGS", "PYTHONPATH")
"""Set by a process for the mini-cluster within it; another process has its own memory, and gets Python by -pyfs."""


def distribution() -> Path:
    """The Flink distribution inside the PyFlink wheel: bin/, lib/, opt/, plugins/, conf/.

    Raises:
        HeadraceError: when PyFlink is not installed.
    """
    found = find_spec("pyflink")
    if found is None or found.origin is None:
        raise HeadraceError("there is no package pyflink", "Install the pinned requirements.")
    return Path(found.origin).parent


@dataclass(frozen=True)
class Home:
    """The folders of one cluster and of the command line that talks to it.

    Args:
        folder: everything a cluster writes is below it; made when the home is configured.
    """

    folder: Path

    @property
    def conf(self) -> Path:
        """FLINK_CONF_DIR: config.yaml and the logging configuration."""
        return self.folder / "conf"

    @property
    def logs(self) -> Path:
        """FLINK_LOG_DIR."""
        return self.folder / "log"

    @property
    def scratch(self) -> Path:
        """Where a client keeps what it does not always take away, and each program in a folder of its own."""
        return self.folder / "tmp"

    def scratch_of(self, program: str) -> Path:
        """The temporary files of one program: what one that was killed left there goes when it starts again."""
        return self.scratch / program

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints go unless a job says otherwise."""
        return self.folder / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """Where savepoints go unless a command says otherwise."""
        return self.folder / "savepoints"

    def configure(self, options: Mapping[str, str]) -> None:
        """Write ``config.yaml`` and the logging configuration.

        The wheel's Java options are kept: Flink does not start on Java 17 without them.

        Args:
            options: Flink options by dotted key.
        """
        for folder in (self.conf, self.logs, self.folder / "run", self.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        wheel = distribution() / "conf"
        for path in wheel.glob("*.properties"):
            shutil.copy(path, self.conf)
        shipped = yaml.safe_load((wheel / "config.yaml").read_text(encoding="utf-8"))
        complete = {**self._own_options(), JAVA_OPTIONS: shipped["env"]["java"]["opts"]["all"], **options}
        file = self.conf / "config.yaml"
        file.unlink(missing_ok=True)  # one that others may read would stay so
        write_private(file, yaml.safe_dump(complete))

    def option(self, name: str) -> str:
        """An option that was configured; empty when it was not.

        Args:
            name: dotted key.
        """
        file = self.conf / "config.yaml"
        written = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
        return str(written.get(name, ""))

    def environment(self) -> dict[str, str]:
        """Environment variables for Flink's scripts: our folders, the wheel's programs, a Java that fits.

        Raises:
            HeadraceError: when there is no Java that Flink supports.
        """
        inherited = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        return {**inherited, **self.own_variables()}

    def environment_of(self, program: str) -> dict[str, str]:
        """As :meth:`environment`, for a program that stays: its temporary files are its alone.

        Args:
            program: unique in the cluster.

        Raises:
            HeadraceError: as :meth:`environment`.
        """
        scratch = self.scratch_of(program)
        return {**self.environment(), "TMPDIR": str(scratch), "JVM_ARGS": temporary_files(scratch)}

    def own_variables(self) -> dict[str, str]:
        """Those that Flink's scripts must be given beside what is set anyway.

        Raises:
            HeadraceError: when there is no Java that Flink supports.
        """
        return {
            "JAVA_HOME": str(find_java_home()),
            "FLINK_CONF_DIR": str(self.conf),
            "FLINK_LOG_DIR": str(self.logs),
            "FLINK_PID_DIR": str(self.folder / "run"),
            "FLINK_LIB_DIR": str(self.part("lib")),
            "FLINK_OPT_DIR": str(self.part("opt")),
            "FLINK_PLUGINS_DIR": str(self.part("plugins")),
            "FLINK_IDENT_STRING": IDENTITY,
            "TMPDIR": str(self.scratch),
        }

    def part(self, name: str) -> Path:
        """``lib``, ``opt`` or ``plugins``: this home's own once jars were added to it, else the wheel's."""
        own = self.folder / name
        return own if own.is_dir() else distribution() / name

    def add_jars(self, place: str, jars: Iterable[Path]) -> None:
        """Link jars beside those of the wheel.

        Args:
            place: ``lib``, ``opt`` or ``plugins/<name>``.
            jars: files; one that is linked already stays as it is.
        """
        part = place.split("/", 1)[0]
        for shipped in (distribution() / part).iterdir():
            _link(shipped, self.folder / part / shipped.name)
        for jar in jars:
            _link(jar, self.folder / place / jar.name)

    def add_python(self) -> None:
        """Link the jar of PyFlink into ``lib``, so that its 4,400 classes are loaded once and not by every job.

        With ``classloader.resolve-order: parent-first``. Otherwise each submitted job costs a task manager 30 MB of
        metaspace, which it does not give back: some eight of them fill what Flink allows, and it ends itself.
        """
        (python,) = (distribution() / "opt").glob("flink-python*.jar")
        self.add_jars("lib", [python])
        write_jar(python, self.folder / "lib")

    def program(self, name: str) -> str:
        """The path of one of Flink's scripts: ``flink``, ``jobmanager.sh``, ``taskmanager.sh``."""
        return str(distribution() / "bin" / name)

    def _own_options(self) -> dict[str, str]:
        return {
            "execution.checkpointing.dir": flink_path(self.checkpoints),
            SAVEPOINTS: flink_path(self.savepoints),
            # A client lives for seconds: Java's second compiler costs it more than it gives, 15 s of CPU instead of 8.
            "env.java.opts.client": f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC {temporary_files(self.scratch)}",
        }


def temporary_files(folder: Path) -> str:
    """The option that tells a JVM where its temporary files go; Flink's own ones follow it."""
    return f"-Djava.io.tmpdir={folder}"


def require_plain(folder: Path) -> None:
    """Refuse a folder that Flink's scripts would take apart: they hand the options of Java on without quotes.

    Raises:
        HeadraceError: when its path has other characters than letters and digits of ASCII, and ``/ . _ - + @ , =``.
    """
    unfit = sorted(set(re.sub(r"[A-Za-z0-9/._+@,=-]", "", str(folder.resolve()))))
    if unfit:
        raise HeadraceError(
            f"{folder}: Flink's scripts can not start a cluster in a folder with {', '.join(map(repr, unfit))} "
            "in its path",
            "Name another: --folder, or HEADRACE_CLUSTER. Folders of tables may have any name.",
        )


def _link(target: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(target)
