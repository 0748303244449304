"""What a calibration of this machine found, and where it is kept for the next time."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from headrace.planning.prediction import JobCost, Load
from headrace.runtime.java import find_java_home, java_version
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.planning.profile import Profile
    from headrace.planning.trial import Course

FORMAT = 4


class Calibration(BaseModel):
    """What an event costs in a job without its model, with one profile, on this machine.

    Attributes:
        profile: a folder under flink-conf/.
        digest: of all that would make it another calibration, see `digest_of`.
        measured: when, ISO 8601, UTC.
        seconds: that it took.
        load: processes that wanted a core in the minute before, on average.
        slot_seconds: as in `JobCost`; so are ``cpu_seconds``, ``loads`` and ``checkpoint_seconds``.
        state_bytes: of a checkpoint, an event in it.
        events: that were in it.
        keys: that they had.
        jvm_bytes: in memory of the job's Java process.
        worker_bytes: in memory of a Python worker with a model of no size.
    """

    model_config = ConfigDict(frozen=True)

    profile: str
    digest: str
    measured: str
    seconds: float
    load: float
    slot_seconds: float
    cpu_seconds: float
    loads: tuple[Load, ...]
    checkpoint_seconds: float
    state_bytes: float
    events: int
    keys: int
    jvm_bytes: int
    worker_bytes: int

    @property
    def cost(self) -> JobCost:
        """What a prediction needs of it."""
        return JobCost(self.slot_seconds, self.cpu_seconds, self.loads, self.checkpoint_seconds)


def cores() -> int:
    """Those that this process may use."""
    process = psutil.Process()
    return len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else psutil.cpu_count() or 1


def digest_of(course: Course, profile: Profile) -> str:
    """Names a calibration: machine, versions, profile, job, and all SQL of the suite."""
    sql = sorted(path for kind in ("sql", "connectors") for path in (course.root / kind).rglob("*.sql"))
    known = {
        "format": FORMAT,
        "machine": [platform.processor(), platform.machine(), cores(), psutil.virtual_memory().total],
        "versions": [version("apache-flink"), version("onnxruntime"), platform.python_version(), _java()],
        "lineage": Suite(course.root).lineage(course.environment),
        "job": [course.job, course.environment],
        "profile": dict(sorted(profile.options.items())),
        "sql": [hashlib.sha256(path.read_bytes()).hexdigest() for path in sql],
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def kept(folder: Path, profile: str, digest: str) -> Calibration | None:
    """An earlier calibration; None when there is none, or one of something else."""
    path = _file(folder, profile, digest)
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


def keep(folder: Path, calibration: Calibration) -> Path:
    """Write a calibration; returns its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _file(folder, calibration.profile, calibration.digest)
    path.write_text(calibration.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return path


def _file(folder: Path, profile: str, digest: str) -> Path:
    return folder / f"{profile}-{digest[:12]}.json"


def _java() -> int:
    return java_version(find_java_home() / "bin" / "java")
