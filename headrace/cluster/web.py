"""A cluster and its jobs seen through Flink's REST interface."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from headrace.cluster.ports import wait_until
from headrace.errors import HeadraceError
from headrace.runtime.failure import innermost_cause, job_failure
from headrace.runtime.rest import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ssl import SSLContext

ENDED = frozenset({"CANCELED", "FAILED", "FINISHED", "SUSPENDED"})
PATIENCE_SECONDS = 120.0
_LOST = re.compile(
    r"TaskExecutor is shutting down|TaskManager with id \S+ (?:is no longer reachable|timed out)"
    r"|heartbeat of TaskManager|Lost connection to task manager|closed by remote task manager"
)
"""What Flink says of a task manager that has gone."""


@dataclass(frozen=True)
class ClusterMonitor:
    """Looks at a cluster.

    Args:
        address: ``http://host:port`` of the web UI, or ``https``.
        context: whom to trust and what to show, with TLS.
    """

    address: str
    context: SSLContext | None = None

    def slots(self) -> int:
        """How many slots there are; 0 while nobody answers."""
        return int(self.get("/overview").get("slots-total", 0))

    def used_slots(self) -> int:
        """How many of them have work; 0 while nobody answers."""
        overview = self.get("/overview")
        return int(overview.get("slots-total", 0)) - int(overview.get("slots-available", 0))

    def free_slots(self) -> int:
        """How many have none; 0 while nobody answers."""
        return int(self.get("/overview").get("slots-available", 0))

    def slots_of(self, job_id: str) -> int:
        """How many a job holds: as many as its widest operator has subtasks, since the others share them."""
        vertices = self.get(f"/jobs/{job_id}").get("vertices", [])
        return max((int(vertex["parallelism"]) for vertex in vertices), default=0)

    def jobs(self) -> list[dict[str, Any]]:
        """Id (``jid``), ``name``, ``state``, ``start-time`` (ms) and ``tasks`` of each job, the newest first."""
        found: list[dict[str, Any]] = self.get("/jobs/overview").get("jobs", [])
        return sorted(found, key=lambda job: -int(job["start-time"]))

    def running(self) -> list[dict[str, Any]]:
        """Jobs that have not ended."""
        return [job for job in self.jobs() if job["state"] not in ENDED]

    def find(self, name_or_id: str, aliases: Sequence[str] = ()) -> dict[str, Any]:
        """The job that runs under an id, a name or one of its aliases, which are names or ids.

        Raises:
            HeadraceError: when there is none; names those that run.
        """
        jobs = self.running()
        for job in jobs:
            if {job["jid"], job["name"]} & {name_or_id, *aliases}:
                return job
        known = ", ".join(job["name"] for job in jobs) or "none"
        raise HeadraceError(f"no job {name_or_id!r} runs on this cluster; those that run: {known}")

    def state(self, job_id: str) -> str:
        """The job's state; empty when nobody answers or knows it."""
        return str(self.get(f"/jobs/{job_id}").get("state", ""))

    def is_at_work(self, job_id: str) -> bool:
        """Whether all its tasks run."""
        vertices = self.get(f"/jobs/{job_id}").get("vertices", [])
        return bool(vertices) and all(vertex["status"] == "RUNNING" for vertex in vertices)

    def is_stoppable(self, job_id: str) -> bool:
        """Whether a savepoint can be taken: no task is on its way to run."""
        states = {vertex["status"] for vertex in self.get(f"/jobs/{job_id}").get("vertices", [])}
        return bool(states) and states <= {"RUNNING", "FINISHED"}

    def wait_until_stoppable(self, job_id: str, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until a savepoint can be taken.

        Raises:
            HeadraceError: the job has ended, or its tasks do not all run in time: why, if Flink says it.
        """
        deadline = time.monotonic() + patience
        while not self.is_stoppable(job_id):
            state = self.state(job_id) or "not known"
            if state in ENDED or time.monotonic() > deadline:
                trace = self.failure(job_id)
                because = f": {innermost_cause(trace)}" if trace else ""
                raise HeadraceError(
                    f"the job is {state} and not all its tasks run, so no savepoint can be taken{because}",
                    "headrace jobs shows its state; it starts again by itself when what it waits for is there.",
                )
            time.sleep(0.3)

    def restored_from(self, job_id: str) -> str:
        """What a job was last started or restarted from; empty when it began anew, or nobody knows it."""
        latest = self.get(f"/jobs/{job_id}/checkpoints").get("latest", {}).get("restored") or {}
        return str(latest.get("external_path", ""))

    def completed_checkpoints(self, job_id: str) -> int:
        """How many checkpoints were completed since the job was submitted."""
        return int(self.get(f"/jobs/{job_id}/checkpoints").get("counts", {}).get("completed", 0))

    def newest_checkpoint(self, job_id: str) -> str:
        """Where the newest completed checkpoint of a job is; empty when there is none, or nobody knows the job."""
        latest = self.get(f"/jobs/{job_id}/checkpoints").get("latest", {}).get("completed") or {}
        return str(latest.get("external_path", ""))

    def failure(self, job_id: str) -> str:
        """The newest exception of a job as Flink says it; empty when it has none."""
        history = self.get(f"/jobs/{job_id}/exceptions").get("exceptionHistory", {}).get("entries", [])
        return str(history[0].get("stacktrace", "")) if history else ""

    def wait_until_at_work(self, job_id: str, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until all tasks run and a first checkpoint is complete.

        A task manager that is lost meanwhile is waited for.

        Raises:
            HeadraceError: what made the job fail or restart; or that it did not get so far in time.
        """
        deadline = time.monotonic() + patience
        while not (self.is_at_work(job_id) and self.completed_checkpoints(job_id)):
            trace = self.failure(job_id)
            if trace and not self._restarts_by_itself(job_id, trace):
                raise job_failure(trace, ()) from RuntimeError(trace)  # in which the doctor reads
            if self.state(job_id) in ENDED or time.monotonic() > deadline:
                raise HeadraceError(
                    f"the job is {self.state(job_id) or 'not known'} and not at work after {patience:.0f} s",
                    "See its checkpoints and exceptions in the web UI.",
                )
            time.sleep(0.3)

    def _restarts_by_itself(self, job_id: str, trace: str) -> bool:
        """Whether a process of the cluster was lost, which is no fault of the job: it starts again on another."""
        return bool(_LOST.search(trace)) and self.state(job_id) not in ENDED

    def cancel(self, job_id: str) -> None:
        """End a job without a savepoint and wait until it has ended, so that another of its name can start.

        One that has ended already, or that nobody knows, is left alone.

        Raises:
            HeadraceError: when it does not end in time.
        """
        request = Request(f"{self.address}/jobs/{job_id}?mode=cancel", method="PATCH")  # noqa: S310 -- our own cluster
        with suppress(OSError, HTTPException):
            urlopen(request, timeout=10, context=self.context).close()  # noqa: S310 -- as above
        wait_until(lambda: self.state(job_id) in {*ENDED, ""}, PATIENCE_SECONDS, f"job {job_id} did not end")

    def get(self, path: str) -> dict[str, Any]:
        """The answer of the REST interface; empty when there is none."""
        found: dict[str, Any] = ask(self.address, path, context=self.context)
        return found
