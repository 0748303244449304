"""A cluster whose REST interface and whose ``flink`` are played."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headrace.cluster.client import FlinkClient
from headrace.cluster.local import LocalCluster
from headrace.cluster.submitter import Submitter
from headrace.cluster.web import ClusterMonitor
from headrace.errors import HeadraceError
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest


class PlayedCluster(LocalCluster):
    """Knows the played monitor of its folder."""

    @property
    def monitor(self) -> ClusterMonitor:
        """The played one."""
        return MONITORS[self.folder]


@dataclass(frozen=True)
class PlayedMonitor(ClusterMonitor):
    """Knows the jobs that were run; a broken one never gets to work."""

    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, path: str) -> dict[str, Any]:
        """What was prepared."""
        return self.answers.get(path, {})

    def newest_checkpoint(self, job_id: str) -> str:
        """Where it is."""
        return self.checkpoints.get(job_id, "")

    def jobs(self) -> list[dict[str, Any]]:
        """Those that were run, the newest first."""
        return [
            {"jid": job_id, "name": name, "state": state, "start-time": 0, "tasks": {"total": 1}}
            for job_id, (name, state) in reversed(self.states.items())
        ]

    def wait_until_at_work(self, job_id: str, patience: float = 0) -> None:
        """A job whose name is broken fails."""
        if "broken" in self.states[job_id][0]:
            raise HeadraceError(f"the job failed after {patience} s: no model")

    def wait_until_stoppable(self, job_id: str, patience: float = 0) -> None:
        """All tasks of a job run at once."""

    def cancel(self, job_id: str) -> None:
        """End it."""
        self.end(job_id)

    def end(self, job_id: str) -> None:
        """It has ended."""
        self.states[job_id] = ("ended", "CANCELED")


MONITORS: dict[Path, PlayedMonitor] = {}


def play(folder: Path, patch: pytest.MonkeyPatch) -> Submitter:
    """Submits to a played cluster; what ``flink run`` was told is in ``run-<id>``."""
    MONITORS[folder] = monitor = PlayedMonitor("http://nowhere")
    states = monitor.states

    def _run(_: FlinkClient, job: str, *arguments: str, options: Sequence[str] = ()) -> str:
        job_id = f"{len(states)}"
        name = "broken" if "broken" in arguments else f"fraud-{job}"
        states[job_id] = (name, "RUNNING")
        (folder / f"run-{job_id}").write_text(" ".join([*options, *arguments]))
        return job_id

    def _stop(_: FlinkClient, job_id: str, *, drain: bool = False) -> str:
        monitor.end(job_id)
        savepoint = folder / "savepoints" / f"savepoint-{job_id}{'-drained' if drain else ''}"
        savepoint.mkdir(parents=True)
        (savepoint / "_metadata").touch()
        return savepoint.as_uri()

    patch.setattr(FlinkClient, "run", _run)
    patch.setattr(FlinkClient, "stop", _stop)
    return Submitter(PlayedCluster(folder, ROOT))


def told(submitter: Submitter, job_id: str) -> str:
    """What ``flink run`` was told when it started a job."""
    return (submitter.cluster.folder / f"run-{job_id}").read_text()
