"""Jobs on a cluster of this machine: submitted, stopped with a savepoint, resumed, upgraded with a way back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from headrace.cluster.client import FlinkClient
from headrace.errors import HeadraceError
from headrace.runtime.run import newest_checkpoint

if TYPE_CHECKING:
    from headrace.cluster.local import LocalCluster

PROBE_BYTES = 1 << 16


class UpgradeError(HeadraceError):
    """A new version did not come up; the old one runs again."""


@dataclass(frozen=True)
class Submission:
    """What was, or will be, submitted.

    Attributes:
        job: a module in jobs/.
        name: the job's name in the web UI.
        archive: the suite, packed.
        options: Flink's own, such as ``-p 2``.
        arguments: the job's own, such as ``--model``.
        job_id: what the cluster called it.
        savepoint: what it was stopped with; empty while it runs.
        jars: URIs of what the job's tables need and the cluster does not have, as all its processes see them.
    """

    job: str
    name: str
    archive: str
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    job_id: str = ""
    savepoint: str = ""
    jars: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submitter:
    """Submits to a cluster and remembers what.

    Args:
        cluster: where jobs run.
    """

    cluster: LocalCluster

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
            HeadraceError: when a job of its name runs already, or it does not come up.
            OSError: when there is no room for checkpoints, or they can not be written.
        """
        monitor = self.cluster.monitor
        if any(job["name"] == submission.name for job in monitor.running()):
            raise HeadraceError(f"{submission.name} runs already", "headrace stop, or headrace upgrade.")
        self._require_room()
        options = self._options(submission, state)
        job_id = self._client(submission).run(submission.job, *submission.arguments, options=options)
        submitted = replace(submission, job_id=job_id, savepoint="")
        try:
            monitor.wait_until_at_work(job_id)
        except BaseException:
            monitor.cancel(job_id)
            raise
        self._remember(submitted)
        return submitted

    def stop(self, job: str, *, drain: bool = False) -> Submission:
        """Stop a job with a savepoint.

        Args:
            job: a module in jobs/, or the job's name or id.
            drain: end time first; not meant to be resumed.

        Raises:
            HeadraceError: when no such job runs, or the savepoint fails; the job runs on then.
        """
        known = self._known(job)
        running = self.cluster.monitor.find(job, [known.name] if known else [])
        client = FlinkClient(self.cluster.home, Path(known.archive if known else ""))
        savepoint = client.stop(running["jid"], drain=drain)
        stopped = replace(
            known or Submission(job, running["name"], ""), job_id=running["jid"], savepoint=savepoint
        )
        self._remember(stopped)
        return stopped

    def resume(self, job: str, options: tuple[str, ...] = ()) -> Submission:
        """Start a job again from its savepoint, or from its newest checkpoint when it was not stopped.

        Args:
            job: a module in jobs/ that was submitted here.
            options: Flink's own, in place of those it was submitted with.

        Raises:
            HeadraceError: when it was never submitted here, runs, or has no state.
        """
        known = self._require_known(job)
        again = replace(known, options=options or known.options)
        return self.submit(again, self.newest_state(known))

    def upgrade(self, new: Submission) -> Submission:
        """Stop a job with a savepoint and start another version from it; the old one if that does not come up.

        Args:
            new: the new version.

        Raises:
            UpgradeError: why the new version did not come up; the old one runs again then.
            HeadraceError: the old version could not be stopped, or did not come up again.
        """
        old = self.stop(new.name)
        try:
            return self.submit(new, old.savepoint)
        except HeadraceError as error:
            self.submit(old, old.savepoint)
            raise UpgradeError(
                f"the new version of {new.name} did not come up: {error.args[0]}",
                f"The old one runs again from {old.savepoint}; nothing is lost.",
            ) from error

    def newest_state(self, known: Submission) -> str:
        """The savepoint a job was stopped with, else its newest checkpoint.

        Raises:
            HeadraceError: when there is neither.
        """
        if known.savepoint and _may_be_there(known.savepoint):
            return known.savepoint
        found = newest_checkpoint(self.cluster.home.checkpoints / known.job_id)
        state = found.as_uri() if found else self.cluster.monitor.newest_checkpoint(known.job_id)
        if not state:
            raise HeadraceError(
                f"{known.name} has neither savepoint nor checkpoint in {self.cluster.folder}, "
                "and its job manager knows of none",
                "Submit it anew: headrace submit; with --from when you know where its state is.",
            )
        return state

    def known(self) -> list[Submission]:
        """What was submitted here last, by job."""
        return [self._read(path) for path in sorted(self._folder.glob("*.json"))]

    @property
    def _folder(self) -> Path:
        return self.cluster.folder / "jobs"

    def _require_room(self) -> None:
        """What keeps checkpoints from being written keeps the job from being submitted: the system says what it is."""
        folder = self.cluster.home.checkpoints
        folder.mkdir(exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(bytes(PROBE_BYTES))
        probe.unlink()

    def _client(self, submission: Submission) -> FlinkClient:
        scratch = self.cluster.home.scratch  # far from any checkout: its jobs/ would be planned instead
        return FlinkClient(self.cluster.home, Path(submission.archive), scratch)

    def _options(self, submission: Submission, state: str) -> list[str]:
        jars = [part for jar in submission.jars for part in ("-C", jar)]
        return [*submission.options, *jars, *(["-s", state] if state else [])]

    def _known(self, job: str) -> Submission | None:
        return next((each for each in self.known() if job in {each.job, each.name, each.job_id}), None)

    def _require_known(self, job: str) -> Submission:
        found = self._known(job)
        if found is None:
            raise HeadraceError(f"{job} was never submitted to this cluster", "headrace submit does that.")
        return found

    def _remember(self, submission: Submission) -> None:
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{submission.name}.json"
        path.write_text(json.dumps(asdict(submission), indent=2), encoding="utf-8")

    def _read(self, path: Path) -> Submission:
        said = json.loads(path.read_text(encoding="utf-8"))
        lists = {name: tuple(said.get(name, ())) for name in ("options", "arguments", "jars")}
        return Submission(**{**said, **lists})


def _may_be_there(savepoint: str) -> bool:
    """Whether a savepoint is on this machine; one that is elsewhere is Flink's to find."""
    place = urlparse(savepoint)
    return place.scheme not in {"", "file"} or Path(place.path).is_dir()
