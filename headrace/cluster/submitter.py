"""Jobs on a cluster of this machine: submitted, stopped with a savepoint, resumed, upgraded with a way back."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.cluster.client import FlinkClient
from headrace.cluster.places import require_same_places
from headrace.cluster.request import parallelism_of, request_of
from headrace.cluster.savepoints import SavepointLog
from headrace.cluster.submission import Submission, Submissions
from headrace.errors import HeadraceError
from headrace.runtime.folders import flink_path, local_path
from headrace.runtime.outputs import newest_checkpoint
from headrace.runtime.secrecy import is_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.cluster.local import LocalCluster

PROBE_BYTES = 1 << 16
RELEASE_SECONDS = 5.0
"""So long after a job has ended its slots may still count as taken."""


class UpgradeError(HeadraceError):
    """A new version did not come up; the old one runs again."""


@dataclass(frozen=True)
class Submitter:
    """Submits to a cluster and remembers what.

    Args:
        cluster: where jobs run.
    """

    cluster: LocalCluster

    @property
    def submissions(self) -> Submissions:
        """What was submitted here last, by job."""
        return Submissions(self.cluster.folder / "jobs")

    def command(self, submission: Submission, state: str = "") -> list[str]:
        """The command line that submits by hand.

        Args:
            submission: what.
            state: a savepoint or checkpoint to start from.
        """
        client, options = self._client(submission), self._options(submission, state)
        return client.command(submission.job, *submission.arguments, options=options)

    def submit(self, submission: Submission, state: str = "") -> Submission:
        """Submit, and wait until the job is at work; what is not at work in time is cancelled.

        Args:
            submission: what.
            state: a savepoint or checkpoint to start from.

        Raises:
            HeadraceError: when a job of its name runs already, there are too few free slots, or it does not come up.
            OSError: when there is no room for checkpoints, or they can not be written.
        """
        if any(job["name"] == submission.name for job in self.cluster.monitor.running()):
            raise HeadraceError(f"{submission.name} runs already", "headrace stop, or headrace upgrade.")
        self._require_slots(submission)
        return self._start(submission, state)

    def stop(self, job: str, *, drain: bool = False) -> Submission:
        """Stop a job with a savepoint, as soon as all its tasks run.

        Args:
            job: a module in jobs/, or the job's name or id.
            drain: end time first; not meant to be resumed.

        Raises:
            HeadraceError: when no such job runs, its tasks do not run in time, or the savepoint fails; the job runs on
                then.
        """
        known = self.submissions.find(job)
        running = self._running(job, known)
        self.cluster.monitor.wait_until_stoppable(running["jid"])
        client = FlinkClient(self.cluster.home, Path(known.archive if known else ""))
        savepoint = client.stop(running["jid"], drain=drain)
        SavepointLog(self.cluster.folder).add(savepoint, running["name"])
        unknown = Submission(running["jid"], running["name"], "")
        stopped = replace(known or unknown, job_id=running["jid"], savepoint=savepoint)
        if known:
            self.submissions.write(stopped)
        return stopped

    def resume(
        self, job: str, parallelism: int | None = None, flink: Mapping[str, str] | None = None
    ) -> Submission:
        """Start a job again, as it was submitted, from its savepoint, or from its newest checkpoint without one.

        Args:
            job: a module in jobs/ that was submitted here.
            parallelism: how wide, when not as before.
            flink: Flink options in place of those of before, by dotted key; the others stay.

        Raises:
            HeadraceError: when it was never submitted here, runs, or has no state.
        """
        known = self.submissions.require(job)
        wanted = request_of(known).changed(parallelism=parallelism, flink=flink)
        return self.submit(replace(known, options=wanted.options), self.newest_state(known))

    def upgrade(self, new: Submission, *, moved: bool = False) -> Submission:
        """Stop a job with a savepoint and start another version from it; the old one if that does not come up.

        Args:
            new: the new version.
            moved: whether its tables may be where the savepoint does not know them.

        Raises:
            UpgradeError: why the new version did not come up; the old one runs again then.
            HeadraceError: the tables are elsewhere or there are too few slots, and the old version still runs; or it
                could not be stopped, or did not come up again.
        """
        known = self.submissions.find(new.name)
        running = self._running(new.name, known)
        if known and not moved:
            require_same_places(new.name, known.places, new.places)
        _require_secrets(new)
        held = self.cluster.monitor.slots_of(running["jid"])
        self._require_slots(new, held)
        self._require_room()
        old = self.stop(new.name)
        try:
            return self._start(new, old.savepoint)
        except HeadraceError as error:
            self._start(old, old.savepoint)
            raise UpgradeError(
                f"the new version of {new.name} did not come up: {error.args[0]}",
                f"The old one runs again from {old.savepoint}; nothing is lost.",
            ) from error

    def newest_state(self, known: Submission) -> str:
        """The savepoint a job was stopped with, else its newest checkpoint.

        Raises:
            HeadraceError: when there is neither.
        """
        state = self.find_state(known)
        if not state:
            raise HeadraceError(
                f"{known.name} has neither savepoint nor checkpoint in {self.cluster.folder}, "
                "and its job manager knows of none",
                "Submit it anew: headrace submit; with --from when you know where its state is.",
            )
        return state

    def find_state(self, known: Submission) -> str:
        """As :meth:`newest_state`; empty when there is neither."""
        if known.savepoint and _may_be_there(known.savepoint):
            return known.savepoint
        found = newest_checkpoint(self.cluster.home.checkpoints / known.job_id) if known.job_id else None
        return flink_path(found) if found else self.cluster.monitor.newest_checkpoint(known.job_id)

    def resumable(self) -> list[Submission]:
        """What was submitted here, does not run, and has state to go on from."""
        running = {value for job in self.cluster.monitor.running() for value in (job["jid"], job["name"])}
        ended = (known for known in self.submissions.all() if not running & {known.job_id, known.name})
        return [known for known in ended if known.archive and self.find_state(known)]

    def _start(self, submission: Submission, state: str) -> Submission:
        monitor = self.cluster.monitor
        self._require_room()
        _require_secrets(submission)
        options = self._options(submission, state)
        job_id = self._client(submission).run(submission.job, *submission.arguments, options=options)
        submitted = replace(submission, job_id=job_id, savepoint="")
        try:
            monitor.wait_until_at_work(job_id)
        except BaseException:
            monitor.cancel(job_id)
            raise
        if (
            self.submissions.find(job_id) is None
        ):  # else somebody has stopped it meanwhile, and its savepoint is noted
            self.submissions.write(submitted)
        return submitted

    def _running(self, job: str, known: Submission | None) -> dict[str, Any]:
        return self.cluster.monitor.find(job, [known.name, known.job_id] if known else [])

    def _require_slots(self, submission: Submission, held: int = 0) -> None:
        """A job that does not fit would wait for minutes, and its error would name Flink's options."""
        monitor, wanted = self.cluster.monitor, parallelism_of(submission)
        everything = monitor.slots()
        deadline = time.monotonic() + (RELEASE_SECONDS if wanted <= everything else 0)
        while everything and wanted > (free := monitor.free_slots() + held):
            if time.monotonic() >= deadline:
                raise HeadraceError(
                    f"{submission.name} wants {wanted} slots (--parallelism), {free} of the {everything} here are free",
                    "Ask for fewer, stop another job, or headrace cluster down and headrace cluster up with more "
                    "--task-managers or --slots.",
                )
            time.sleep(0.2)

    def _require_room(self) -> None:
        """What keeps checkpoints from being written keeps the job from being submitted: the system says what it is."""
        folder = self.cluster.home.checkpoints
        folder.mkdir(exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(bytes(PROBE_BYTES))
        probe.unlink()

    def _client(self, submission: Submission) -> FlinkClient:
        scratch = self.cluster.home.scratch  # far from any checkout: its jobs/ would be planned instead
        without = tuple(name for name in submission.variables if not is_secret(name))
        return FlinkClient(self.cluster.home, Path(submission.archive), scratch, without)

    def _options(self, submission: Submission, state: str) -> list[str]:
        jars = [part for jar in submission.jars for part in ("-C", jar)]
        return [*submission.options, *jars, *(["-s", state] if state else [])]


def secrets_of(submission: Submission) -> list[str]:
    """Names of the values that a job needs and nothing keeps: they are read from the environment each time."""
    return [name for name in submission.variables if is_secret(name)]


def _require_secrets(submission: Submission) -> None:
    missing = [name for name in secrets_of(submission) if name not in os.environ]
    if missing:
        raise HeadraceError(
            f"{submission.name} was submitted with {', '.join(missing)}, which is kept nowhere and is not set here",
            f"Set the environment variable {missing[0]} and call this again.",
        )


def _may_be_there(savepoint: str) -> bool:
    """Whether a savepoint is on this machine; one that is elsewhere is Flink's to find."""
    place = local_path(savepoint)
    return place is None or place.is_dir()
