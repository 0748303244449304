"""A way of the features on a cluster that is killed in the middle, and resumed on another at another parallelism."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from pydantic import BaseModel, ConfigDict

from headrace.cluster.client import FlinkClient
from headrace.cluster.home import Home
from headrace.cluster.standalone import StandaloneCluster
from headrace.cluster.web import ClusterMonitor
from headrace.errors import HeadraceError
from headrace.parity.archive import MODULE, pack
from headrace.runtime.configuration import read_profile
from headrace.runtime.folders import flink_path
from headrace.runtime.outputs import newest_checkpoint
from headrace.runtime.rest import JobMonitor, ask

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.parity.ways import Trip

PARALLELISM = (2, 1)
"""Before and after."""
PATIENCE_SECONDS = 1_800.0
_EVERY_SECONDS = 0.2
_PROFILE = "throughput"
_OPTIONS = {
    "taskmanager.memory.process.size": "4g",
    # The job manager lives for a minute: Java's second compiler costs it more than it gives.
    "env.java.opts.jobmanager": "-XX:TieredStopAtLevel=1",
}


class Interruption(BaseModel):
    """How a computation was interrupted.

    Attributes:
        parallelism: before and after.
        rows_before: events that had been read when the cluster was killed.
        checkpoint: the name of the checkpoint that the second cluster started from.
    """

    model_config = ConfigDict(frozen=True)

    parallelism: tuple[int, int]
    rows_before: int
    checkpoint: str


Show = Callable[[dict[str, int]], None]
"""Called with the rows so far, by table."""


@dataclass(frozen=True)
class _Attempt:
    """One of the two jobs."""

    trip: Trip
    cluster: StandaloneCluster
    show: Show

    def submit(self, suite: Path, parallelism: int, checkpoint: Path | None = None) -> JobMonitor:
        resumed = ["-s", flink_path(checkpoint)] if checkpoint else []
        job = FlinkClient(self.cluster.home, suite, self.trip.folder).run(
            MODULE,
            "--data",
            str(self.trip.folder),
            "--profile",
            _PROFILE,
            options=["-p", str(parallelism), *resumed],
        )
        return JobMonitor(self.cluster.address, job)

    def wait(self, job: JobMonitor, condition: Callable[[str, int], bool]) -> None:
        """Wait until a condition of the job's state and of the events read holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            state, rows = ClusterMonitor(job.address).state(job.job_id), job.rows()
            self.show(rows)
            if condition(state, rows.get(self.trip.way.reads[0], 0)):
                return
            if state in {"FAILED", "FAILING", "CANCELED"}:
                raise HeadraceError(
                    f"{self.trip.job.name} failed on the cluster", f"See {self.cluster.home.logs}."
                )
            time.sleep(_EVERY_SECONDS)
        raise HeadraceError(f"{self.trip.job.name} did not get on within {PATIENCE_SECONDS:.0f} s")


def travel_interrupted(trip: Trip, rows_due: int, show: Show) -> Interruption:
    """Compute the features on a cluster, kill it without warning once a third is read, and go on on another.

    The second cluster starts from the newest complete checkpoint of the first.

    Args:
        trip: what to compute.
        rows_due: how many events there are.
        show: told the rows so far.

    Raises:
        HeadraceError: when the job fails, or ends before it could be killed.
    """
    trip.lay()
    suite = pack(trip.root, trip.job, trip.folder / "suite")
    options = {**read_profile(trip.root, _PROFILE), **_OPTIONS, **trip.options}
    home = Home(trip.folder / "cluster")
    with StandaloneCluster(home, options, slots=max(PARALLELISM)) as cluster:
        first = _Attempt(trip, cluster, show)
        job = first.submit(suite, PARALLELISM[0])
        rows = _kill_in_the_middle(first, job, rows_due // 3)
    checkpoint = newest_checkpoint(home.checkpoints)
    if checkpoint is None:
        raise HeadraceError("the cluster was killed before it had a checkpoint", "Take more days.")
    with StandaloneCluster(home, options, slots=max(PARALLELISM)) as cluster:
        second = _Attempt(trip, cluster, show)
        job = second.submit(suite, PARALLELISM[1], checkpoint)
        second.wait(job, lambda state, _: state == "FINISHED")
        _require_restored(job, checkpoint)
    return Interruption(parallelism=PARALLELISM, rows_before=rows, checkpoint=checkpoint.name)


def _kill_in_the_middle(attempt: _Attempt, job: JobMonitor, enough: int) -> int:
    """Kill the cluster at the first checkpoint after enough events were read; returns how many had been."""
    read, finished, seen = 0, False, time.time()

    def is_in_the_middle(state: str, rows: int) -> bool:
        nonlocal read, finished, seen
        read, finished = max(read, rows), state == "FINISHED"
        if read < enough:
            seen = time.time()
        return finished or (read >= enough and _has_checkpoint_after(attempt.cluster.home.checkpoints, seen))

    attempt.wait(job, is_in_the_middle)
    attempt.cluster.kill()
    if finished:
        raise HeadraceError("the job ended before it could be killed", "Take more days.")
    return read


def _has_checkpoint_after(folder: Path, moment: float) -> bool:
    """Whether a checkpoint was completed after a moment; Flink takes old ones away while we look."""
    with contextlib.suppress(FileNotFoundError):
        newest = newest_checkpoint(folder)
        return newest is not None and (newest / "_metadata").stat().st_mtime > moment
    return False


def _require_restored(job: JobMonitor, checkpoint: Path) -> None:
    restored = (ask(job.address, f"/jobs/{job.job_id}/checkpoints").get("latest") or {}).get("restored") or {}
    if not str(restored.get("external_path", "")).rstrip("/").endswith(checkpoint.name):
        raise HeadraceError(
            f"the second job did not start from {checkpoint}, but from {restored or 'nothing'}"
        )
