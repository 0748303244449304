from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from headrace.cluster.archive import pack_suite
from headrace.cluster.client import FlinkClient
from headrace.cluster.local import LocalCluster
from headrace.cluster.submission import Submission, Submitter
from headrace.cluster.web import ClusterMonitor
from headrace.errors import HeadraceError
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

JOB = Submission("score", "fraud-score", "suite.zip", ("-p", "1"), ("--model", "m"))


class FakeCluster(LocalCluster):
    """A cluster whose REST interface and whose ``flink`` are played."""

    @property
    def monitor(self) -> ClusterMonitor:
        """The played one."""
        return MONITORS[self.folder]


@dataclass(frozen=True)
class FakeMonitor(ClusterMonitor):
    """Knows the jobs that were run; a broken one never gets to work."""

    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)

    def newest_checkpoint(self, job_id: str) -> str:
        """Where it is."""
        return self.checkpoints.get(job_id, "")

    def jobs(self) -> list[dict[str, Any]]:
        """Those that were run, the newest first."""
        return [
            {"jid": job_id, "name": name, "state": state, "start-time": 0}
            for job_id, (name, state) in reversed(self.states.items())
        ]

    def wait_until_at_work(self, job_id: str, patience: float = 0) -> None:
        """A job whose name is broken fails."""
        if "broken" in self.states[job_id][0]:
            raise HeadraceError(f"the job failed after {patience} s: no model")

    def cancel(self, job_id: str) -> None:
        """End it."""
        self.end(job_id)

    def end(self, job_id: str) -> None:
        """It has ended."""
        self.states[job_id] = ("ended", "CANCELED")


MONITORS: dict[Path, FakeMonitor] = {}


@pytest.fixture
def submitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Submitter:
    MONITORS[tmp_path] = monitor = FakeMonitor("http://nowhere")
    states = monitor.states

    def _run(_: FlinkClient, job: str, *arguments: str, options: Sequence[str] = ()) -> str:
        job_id = f"{len(states)}"
        name = "broken" if "broken" in arguments else f"fraud-{job}"
        states[job_id] = (name, "RUNNING")
        (tmp_path / f"run-{job_id}").write_text(" ".join([*options, *arguments]))
        return job_id

    def _stop(_: FlinkClient, job_id: str, *, drain: bool = False) -> str:
        monitor.end(job_id)
        savepoint = tmp_path / f"savepoint-{job_id}{'-drained' if drain else ''}"
        savepoint.mkdir()
        return savepoint.as_uri()

    monkeypatch.setattr(FlinkClient, "run", _run)
    monkeypatch.setattr(FlinkClient, "stop", _stop)
    return Submitter(FakeCluster(tmp_path, ROOT))


def said(submitter: Submitter, job_id: str) -> str:
    return (submitter.cluster.folder / f"run-{job_id}").read_text()


def test_what_was_submitted_is_remembered(submitter: Submitter) -> None:
    submitted = submitter.submit(JOB)
    assert submitter.known() == [submitted]
    assert said(submitter, "0") == "-p 1 --model m"


def test_a_job_that_runs_is_not_submitted_twice(submitter: Submitter) -> None:
    submitter.submit(JOB)
    with pytest.raises(HeadraceError, match="fraud-score runs already"):
        submitter.submit(JOB)


def test_a_job_that_does_not_come_up_is_cancelled_and_forgotten(submitter: Submitter) -> None:
    with pytest.raises(HeadraceError, match="no model"):
        submitter.submit(replace(JOB, arguments=("broken",)))
    assert submitter.cluster.monitor.running() == []
    assert submitter.known() == []


def test_a_folder_for_checkpoints_that_can_not_be_written_keeps_the_job_from_being_submitted(
    submitter: Submitter,
) -> None:
    submitter.cluster.home.checkpoints.write_text("a file")
    with pytest.raises(FileExistsError):
        submitter.submit(JOB)
    assert submitter.cluster.monitor.running() == []


def test_a_stopped_job_is_resumed_from_its_savepoint_also_wider(submitter: Submitter) -> None:
    submitter.submit(JOB)
    savepoint = submitter.stop("score").savepoint
    submitter.resume("score", ("-p", "2"))
    assert said(submitter, "1") == f"-p 2 -s {savepoint} --model m"


def test_a_job_that_was_not_stopped_is_resumed_from_its_newest_checkpoint(submitter: Submitter) -> None:
    submitted = submitter.submit(JOB)
    submitter.cluster.monitor.cancel(submitted.job_id)
    with pytest.raises(HeadraceError, match="neither savepoint nor checkpoint"):
        submitter.resume("score")
    checkpoint = submitter.cluster.home.checkpoints / submitted.job_id / "chk-7"
    checkpoint.mkdir(parents=True)
    (checkpoint / "_metadata").touch()
    submitter.resume("score")
    assert said(submitter, "1") == f"-p 1 -s {checkpoint.as_uri()} --model m"


def test_state_that_is_not_on_this_machine_is_left_to_flink_to_find(submitter: Submitter) -> None:
    submitted = submitter.submit(JOB)
    stopped = replace(submitted, savepoint="s3://state/savepoint-1")
    assert submitter.newest_state(stopped) == "s3://state/savepoint-1"
    MONITORS[submitter.cluster.folder].checkpoints[submitted.job_id] = "s3://state/chk-7"
    assert submitter.newest_state(submitted) == "s3://state/chk-7"


def test_jars_that_only_this_job_needs_go_with_it_and_are_remembered(submitter: Submitter) -> None:
    submitter.submit(replace(JOB, jars=("file:///a.jar", "file:///b.jar")))
    savepoint = submitter.stop("score").savepoint
    submitter.resume("score", ("-p", "2"))
    assert said(submitter, "0") == "-p 1 -C file:///a.jar -C file:///b.jar --model m"
    assert said(submitter, "1") == f"-p 2 -C file:///a.jar -C file:///b.jar -s {savepoint} --model m"


def test_an_upgrade_goes_on_from_the_old_one_s_savepoint(submitter: Submitter) -> None:
    submitter.submit(JOB)
    submitter.upgrade(replace(JOB, arguments=("--model", "new")))
    savepoint = submitter.cluster.folder.resolve() / "savepoint-0"
    assert said(submitter, "1") == f"-p 1 -s {savepoint.as_uri()} --model new"


def test_an_upgrade_that_does_not_come_up_brings_back_the_old_one(submitter: Submitter) -> None:
    submitter.submit(JOB)
    with pytest.raises(
        HeadraceError, match=r"the new version of fraud-score did not come up: .*no model"
    ) as raised:
        submitter.upgrade(replace(JOB, arguments=("broken",)))
    assert "The old one runs again from " in raised.value.hint
    savepoint = submitter.cluster.folder.resolve() / "savepoint-0"
    assert said(submitter, "2") == f"-p 1 -s {savepoint.as_uri()} --model m"
    assert [job["jid"] for job in submitter.cluster.monitor.running()] == ["2"]


def test_what_does_not_run_can_not_be_stopped(submitter: Submitter) -> None:
    with pytest.raises(HeadraceError, match="no job 'score' runs on this cluster; those that run: none"):
        submitter.stop("score")


def test_what_was_never_submitted_can_not_be_resumed(submitter: Submitter) -> None:
    with pytest.raises(HeadraceError, match="score was never submitted to this cluster"):
        submitter.resume("score")


def test_the_command_can_be_run_by_hand(submitter: Submitter) -> None:
    command = submitter.command(JOB, "file:/savepoint")
    assert command[0].endswith("/bin/flink")
    assert command[1:8] == ["run", "-d", "-p", "1", "-s", "file:/savepoint", "-pym"]


def test_the_same_suite_gives_the_same_archive_and_holds_what_workers_import(tmp_path: Path) -> None:
    first, second = pack_suite(ROOT, tmp_path), pack_suite(ROOT, tmp_path)
    names = {*ZipFile(first).namelist()}
    assert first == second
    assert {
        "headrace/errors.py",
        "jobs/score.py",
        "udfs/scoring.py",
        "operators/headrace-operators.jar",
    } <= names
    assert not any(name.startswith(("tests/", "work/", "headrace/suite/")) for name in names)
