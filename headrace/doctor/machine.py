"""Ports, disk and memory of this machine, and what earlier runs left on it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.doctor.finding import Finding
from headrace.errors import HeadraceError
from headrace.runtime.rest import FIRST_PORT, LAST_PORT, free_port

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GIGABYTE = 1 << 30
DISK_WANTED = 3 * GIGABYTE
DISK_NEEDED = GIGABYTE
MEMORY_WANTED = 3 * GIGABYTE
MEMORY_NEEDED = 3 * GIGABYTE // 2
SERVICES = {6123: "Flink", 9092: "Kafka", 5432: "Postgres"}
JVM = "Flink JVM"
WORKER = "Python worker"
ADOPTER = 1
"""The process that takes over those whose parent has died."""


def web_ui_ports() -> Finding:
    """Whether a port for the web UI is free."""
    try:
        port = free_port()
    except HeadraceError as error:
        return Finding("web UI port", "problem", str(error.args[0]) + ".", error.hint)
    taken = f"{FIRST_PORT} is taken, " if port != FIRST_PORT else ""
    return Finding("web UI port", "ok", f"{taken}{port} is free (of {FIRST_PORT} to {LAST_PORT}).")


def service_ports(services: dict[int, str]) -> Finding:
    """Which of the usual services seem to run here; information only.

    Args:
        services: port → what usually listens there.
    """
    taken = [f"{port} ({name})" for port, name in services.items() if not _free(port)]
    return Finding(
        "other ports", "ok", f"In use: {', '.join(taken)}." if taken else "None of the usual in use."
    )


def disk(folder: Path) -> Finding:
    """How much room the disk of a folder has; the folder need not exist."""
    free = shutil.disk_usage(_existing(folder)).free
    said = f"{free / GIGABYTE:.1f} GB free on the disk of {folder}."
    if free < DISK_NEEDED:
        return Finding(
            "disk", "problem", said, "The demo needs about 1 GB: free some, or pass another --data."
        )
    if free < DISK_WANTED:
        return Finding("disk", "warning", said, "Checkpoints and outputs grow: keep 3 GB free.")
    return Finding("disk", "ok", said)


def memory(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> Finding:
    """How much memory is available, a container's limit included.

    Args:
        proc: where Linux tells about the machine.
        cgroup: where Linux tells about the container.
    """
    available = _available(proc, cgroup)
    if available is None:
        return Finding("memory", "ok", "This system does not say how much is available.")
    said = f"{available / GIGABYTE:.1f} GB available."
    if available < MEMORY_NEEDED:
        return Finding("memory", "problem", said, "A job needs about 1.5 GB: end other programs.")
    if available < MEMORY_WANTED:
        return Finding("memory", "warning", said, "The demo likes 3 GB: end other programs if it is slow.")
    return Finding("memory", "ok", said)


def writable(folder: Path) -> Finding:
    """Whether tables can be written below a folder; it is not created."""
    existing = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        said = f"{existing} can not be written: {error.strerror}."
        return Finding("data folder", "problem", said, "Pass another one with --data or set HEADRACE_DATA.")
    return Finding("data folder", "ok", f"{folder} can be written.")


@dataclass(frozen=True)
class Process:
    """A process that belongs to a Flink job on this machine.

    Attributes:
        pid: its id.
        parent: its parent's id; 1 when the parent has died.
        kind: ``JVM`` or ``WORKER``.
    """

    pid: int
    parent: int
    kind: str


def leftovers(proc: Path = Path("/proc")) -> Finding:
    """Processes of Flink jobs, running or left behind by a killed task manager."""
    found = list(flink_processes(proc))
    orphans = [each for each in found if each.parent == ADOPTER and each.kind == WORKER]
    said = f"Running here: {_counted(found)}." if found else "No Flink processes."
    if not orphans:
        return Finding("processes", "ok", said)
    pids = " ".join(str(each.pid) for each in orphans)
    advice = f"Their task manager was killed, or is process 1 of a container; in the first case end them: kill {pids}"
    return Finding(
        "processes", "warning", f"{said} Without a parent: {len(orphans)} Python worker(s).", advice
    )


def flink_processes(proc: Path = Path("/proc")) -> Iterator[Process]:
    """Flink JVMs and Python workers; none where the system has no /proc."""
    for folder in proc.glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
            status = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            parent = int(status.rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue  # it ended meanwhile
        kind = _kind(command)
        if kind:
            yield Process(int(folder.name), parent, kind)


def _kind(command: Sequence[str]) -> str:
    if command[0].endswith("java") and any("org.apache.flink" in argument for argument in command):
        return JVM
    return WORKER if any(argument.startswith("pyflink.fn_execution.") for argument in command) else ""


def _counted(processes: Iterable[Process]) -> str:
    kinds = [each.kind for each in processes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in (JVM, WORKER) if kind in kinds)


def _free(port: int) -> bool:
    try:
        return free_port(port) == port
    except HeadraceError:
        return False


def _existing(folder: Path) -> Path:
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())


def _available(proc: Path, cgroup: Path) -> int | None:
    try:
        lines = (proc / "meminfo").read_text(encoding="utf-8").splitlines()
        machine = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None
    try:
        limit = int((cgroup / "memory.max").read_text(encoding="utf-8"))
        used = int((cgroup / "memory.current").read_text(encoding="utf-8"))
        statistics = (cgroup / "memory.stat").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return machine  # no container, or one without a limit
    reclaimable = int(dict(zip(statistics[::2], statistics[1::2])).get("inactive_file", 0))
    return min(machine, limit - used + reclaimable)
