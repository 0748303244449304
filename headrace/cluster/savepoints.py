"""Savepoints and packed suites that a cluster of this machine has piled up, and which of them nothing needs."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.cluster.home import SAVEPOINTS
from headrace.errors import HeadraceError
from headrace.runtime import folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.cluster.local import LocalCluster
    from headrace.cluster.submission import Submission

HOUR_SECONDS = 3600.0
"""So old is what a command that is at work does not write any more."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Savepoint:
    """One savepoint.

    Attributes:
        path: its folder.
        job: name of the job it is of; ``unknown`` when it was taken by other means than ``headrace stop``.
        taken: when, in seconds since 1970.
        size: in bytes.
        use: what needs it; empty when nothing does.
    """

    path: Path
    job: str
    taken: float
    size: int
    use: str = ""


@dataclass(frozen=True)
class SavepointLog:
    """Which savepoint is of which job: Flink names them by a part of the job's id only.

    Args:
        folder: of the cluster.
    """

    folder: Path

    def add(self, place: str, job: str) -> None:
        """Note a savepoint."""
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"savepoint": place, "job": job}) + "\n")

    def jobs(self) -> dict[Path, str]:
        """Job by the folder of its savepoint, of those on this machine."""
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.is_file() else []
        noted = (json.loads(line) for line in lines if line.endswith("}"))
        return {path: each["job"] for each in noted if (path := local_path(each["savepoint"]))}

    @property
    def _file(self) -> Path:
        return self.folder / "savepoints.jsonl"


def savepoints(cluster: LocalCluster, submissions: Iterable[Submission]) -> list[Savepoint]:
    """The savepoints of a cluster, the newest first.

    Args:
        cluster: which one; what its running jobs were started from is only known while it answers.
        submissions: those of its jobs.

    Raises:
        HeadraceError: when they are not kept on this machine.
    """
    place = cluster.home.option(SAVEPOINTS) or folders.flink_path(cluster.home.savepoints)
    folder = local_path(place)
    if folder is None:
        raise HeadraceError(
            f"savepoints are kept in {place}, not on this machine", "List and remove them there."
        )
    jobs, uses = SavepointLog(cluster.folder).jobs(), _uses(cluster, submissions)
    found = (path for path in folder.glob("savepoint-*") if path.is_dir() and not path.is_symlink())
    read = (_savepoint(path, jobs.get(path, UNKNOWN), uses.get(path, "")) for path in found)
    return sorted(read, key=lambda savepoint: -savepoint.taken)


def removable(found: Sequence[Savepoint], keep: int, older_than: float = 0.0) -> list[Savepoint]:
    """Savepoints that nothing needs, but for the newest of each job.

    Args:
        found: from :func:`savepoints`.
        keep: how many of a job stay, those that are needed included.
        older_than: seconds; younger ones stay.
    """
    by_job = sorted(found, key=lambda savepoint: (savepoint.job, -savepoint.taken))
    beyond = (
        each for _, group in groupby(by_job, lambda savepoint: savepoint.job) for each in [*group][keep:]
    )
    return [each for each in beyond if not each.use and time.time() - each.taken >= older_than]


def unused_suites(cluster: LocalCluster, submissions: Iterable[Submission]) -> list[Path]:
    """Packed suites that no submission and no session of the SQL client refers to, those of the last hour left out."""
    archives = {Path(known.archive).name for known in submissions}
    sessions = "".join(path.read_text(encoding="utf-8") for path in cluster.home.folder.glob("init-*.sql"))
    found = (cluster.home.folder / "suites").glob("*.zip")
    unused = (path for path in found if path.name not in archives and path.name not in sessions)
    return sorted(path for path in unused if time.time() - path.stat().st_mtime >= HOUR_SECONDS)


def remove(paths: Iterable[Path]) -> int:
    """Delete folders and files; returns how many bytes that freed."""
    freed = 0
    for path in paths:
        freed += size_of(path)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return freed


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def local_path(place: str) -> Path | None:
    """The path of a place on this machine, a URI or a path; None for one elsewhere."""
    path = folders.local_path(place) if place else None
    return path.resolve() if path else None


def _uses(cluster: LocalCluster, submissions: Iterable[Submission]) -> dict[Path, str]:
    running = {job["jid"]: job["name"] for job in cluster.monitor.running()}
    stopped = {
        known.savepoint: f"resume {known.name}" for known in submissions if known.job_id not in running
    }
    started = {cluster.monitor.restored_from(job): f"{name} runs from it" for job, name in running.items()}
    return {path: use for place, use in {**stopped, **started}.items() if (path := local_path(place))}


def _savepoint(path: Path, job: str, use: str) -> Savepoint:
    complete = path / "_metadata"
    taken = (complete if complete.is_file() else path).stat().st_mtime
    unfinished = not complete.is_file() and time.time() - taken < HOUR_SECONDS
    return Savepoint(path, job, taken, size_of(path), use or ("is being taken" if unfinished else ""))
