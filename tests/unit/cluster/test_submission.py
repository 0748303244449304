from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from headrace.cluster.archive import pack_suite
from headrace.cluster.submission import Submission
from headrace.errors import HeadraceError
from tests.local_tables import ROOT
from tests.unit.cluster.played import MONITORS, PlayedMonitor, play, told

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.submitter import Submitter

JOB = Submission("score", "fraud-score", "suite.zip", ("-p", "1"), ("--model", "m"))


@pytest.fixture
def submitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Submitter:
    return play(tmp_path, monkeypatch)


def test_what_was_submitted_is_remembered(submitter: Submitter) -> None:
    submitted = submitter.submit(JOB)
    assert submitter.submissions.all() == [submitted]
    assert told(submitter, "0") == "-p 1 --model m"


def test_a_job_that_runs_is_not_submitted_twice(submitter: Submitter) -> None:
    submitter.submit(JOB)
    with pytest.raises(HeadraceError, match="fraud-score runs already"):
        submitter.submit(JOB)


def test_a_job_that_does_not_come_up_is_cancelled_and_forgotten(submitter: Submitter) -> None:
    with pytest.raises(HeadraceError, match="no model"):
        submitter.submit(replace(JOB, arguments=("broken",)))
    assert submitter.cluster.monitor.running() == []
    assert submitter.submissions.all() == []


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
    submitter.resume("score", 2)
    assert told(submitter, "1") == f"-p 2 -s {savepoint} --model m"


def test_a_job_that_was_not_stopped_is_resumed_from_its_newest_checkpoint(submitter: Submitter) -> None:
    submitted = submitter.submit(JOB)
    submitter.cluster.monitor.cancel(submitted.job_id)
    with pytest.raises(HeadraceError, match="neither savepoint nor checkpoint"):
        submitter.resume("score")
    checkpoint = submitter.cluster.home.checkpoints / submitted.job_id / "chk-7"
    checkpoint.mkdir(parents=True)
    (checkpoint / "_metadata").touch()
    submitter.resume("score")
    assert told(submitter, "1") == f"-p 1 -s {checkpoint.as_uri()} --model m"


def test_state_that_is_not_on_this_machine_is_left_to_flink_to_find(submitter: Submitter) -> None:
    submitted = submitter.submit(JOB)
    stopped = replace(submitted, savepoint="s3://state/savepoint-1")
    assert submitter.newest_state(stopped) == "s3://state/savepoint-1"
    MONITORS[submitter.cluster.folder].checkpoints[submitted.job_id] = "s3://state/chk-7"
    assert submitter.newest_state(submitted) == "s3://state/chk-7"


def test_jars_that_only_this_job_needs_go_with_it_and_are_remembered(submitter: Submitter) -> None:
    submitter.submit(replace(JOB, jars=("file:///a.jar", "file:///b.jar")))
    savepoint = submitter.stop("score").savepoint
    submitter.resume("score", 2)
    assert told(submitter, "0") == "-p 1 -C file:///a.jar -C file:///b.jar --model m"
    assert told(submitter, "1") == f"-p 2 -C file:///a.jar -C file:///b.jar -s {savepoint} --model m"


def test_an_upgrade_goes_on_from_the_old_one_s_savepoint(submitter: Submitter) -> None:
    submitter.submit(JOB)
    submitter.upgrade(replace(JOB, arguments=("--model", "new")))
    savepoint = submitter.cluster.folder.resolve() / "savepoints" / "savepoint-0"
    assert told(submitter, "1") == f"-p 1 -s {savepoint.as_uri()} --model new"


def test_an_upgrade_that_does_not_come_up_brings_back_the_old_one(submitter: Submitter) -> None:
    submitter.submit(JOB)
    with pytest.raises(
        HeadraceError, match=r"the new version of fraud-score did not come up: .*no model"
    ) as raised:
        submitter.upgrade(replace(JOB, arguments=("broken",)))
    assert "The old one runs again from " in raised.value.hint
    savepoint = submitter.cluster.folder.resolve() / "savepoints" / "savepoint-0"
    assert told(submitter, "2") == f"-p 1 -s {savepoint.as_uri()} --model m"
    assert [job["jid"] for job in submitter.cluster.monitor.running()] == ["2"]


def test_a_job_resumed_at_another_width_keeps_its_options(submitter: Submitter) -> None:
    submitter.submit(replace(JOB, options=("-p", "1", "-Dtable.exec.state.ttl=1 d")))
    savepoint = submitter.stop("score").savepoint
    submitter.resume("score", 2)
    assert told(submitter, "1") == f"-p 2 -Dtable.exec.state.ttl=1 d -s {savepoint} --model m"


def test_dropping_state_is_asked_for_each_time(submitter: Submitter) -> None:
    ignoring = "-Dexecution.state-recovery.ignore-unclaimed-state=true"
    submitter.submit(replace(JOB, options=("-p", "1", ignoring)))
    submitter.stop("score")
    submitter.resume("score")
    assert ignoring in told(submitter, "0")
    assert ignoring not in told(submitter, "1")


def test_more_slots_than_are_free_are_refused_at_once(submitter: Submitter) -> None:
    monitor = MONITORS[submitter.cluster.folder]
    monitor.answers["/overview"] = {"slots-total": 4, "slots-available": 3}
    message = r"wants 9 slots \(--parallelism\), 3 of the 4 here are free"
    with pytest.raises(HeadraceError, match=message) as raised:
        submitter.submit(replace(JOB, options=("-p", "9")))
    assert "--task-managers" in raised.value.hint
    assert monitor.states == {}


def test_slots_of_a_job_that_has_just_ended_are_waited_for(
    submitter: Submitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.cluster.submitter.RELEASE_SECONDS", 60.0)
    monitor = MONITORS[submitter.cluster.folder]
    monitor.answers["/overview"] = {"slots-total": 1, "slots-available": 0}
    releases = iter([0, 0, 1])
    monkeypatch.setattr(type(monitor), "free_slots", lambda _: next(releases))
    submitter.submit(JOB)
    assert monitor.running()


def test_an_upgrade_may_use_the_slots_of_the_old_version(submitter: Submitter) -> None:
    monitor = MONITORS[submitter.cluster.folder]
    submitter.submit(JOB)
    monitor.answers["/overview"] = {"slots-total": 4, "slots-available": 3}
    monitor.answers["/jobs/0"] = {"vertices": [{"parallelism": 1}, {"parallelism": 1}]}
    submitter.upgrade(replace(JOB, options=("-p", "4")))
    assert told(submitter, "1").startswith("-p 4 ")


def test_an_upgrade_too_wide_leaves_the_old_version_alone(submitter: Submitter) -> None:
    submitter.submit(JOB)
    MONITORS[submitter.cluster.folder].answers["/overview"] = {"slots-total": 4, "slots-available": 3}
    with pytest.raises(HeadraceError, match="wants 9 slots"):
        submitter.upgrade(replace(JOB, options=("-p", "9")))
    assert [job["jid"] for job in submitter.cluster.monitor.running()] == ["0"]


def test_a_job_that_is_stopped_while_it_gets_to_work_keeps_its_savepoint(
    submitter: Submitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitter.submit(JOB)
    submitter.stop("score")
    monkeypatch.setattr(PlayedMonitor, "wait_until_at_work", lambda *_: submitter.stop("score"))
    submitter.resume("score")
    assert [known.savepoint.rpartition("/")[2] for known in submitter.submissions.all()] == ["savepoint-1"]


def test_only_jobs_that_do_not_run_and_have_state_can_be_resumed(submitter: Submitter) -> None:
    submitter.submit(JOB)
    assert submitter.resumable() == []
    submitter.stop("score")
    assert [known.name for known in submitter.resumable()] == ["fraud-score"]
    submitter.resume("score")
    assert submitter.resumable() == []
    submitter.cluster.monitor.cancel("1")
    assert submitter.resumable() == []


def test_a_query_that_was_stopped_is_nothing_to_resume(submitter: Submitter) -> None:
    query = "SELECT COUNT(*) FROM default/predictions"
    MONITORS[submitter.cluster.folder].states["q"] = (query, "RUNNING")
    assert submitter.stop("q").savepoint
    assert submitter.submissions.all() == []
    assert submitter.resumable() == []


def test_a_secret_that_is_gone_is_asked_for_before_the_job_is_stopped(
    submitter: Submitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_secret = replace(JOB, variables=("POSTGRES_PASSWORD",))
    monkeypatch.setenv("POSTGRES_PASSWORD", "hidden")
    submitter.submit(with_secret)
    monkeypatch.delenv("POSTGRES_PASSWORD")
    with pytest.raises(HeadraceError, match="POSTGRES_PASSWORD, which is kept nowhere and is not set here"):
        submitter.upgrade(with_secret)
    assert len(submitter.cluster.monitor.running()) == 1


def test_submissions_are_their_owner_s_alone(submitter: Submitter) -> None:
    submitter.submit(JOB)
    (file,) = (submitter.cluster.folder / "jobs").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_a_submission_of_an_earlier_version_is_read(submitter: Submitter) -> None:
    earlier = {
        "job": "score",
        "name": "fraud-score",
        "archive": "suite.zip",
        "job_id": "1",
        "savepoint": "",
        "options": ["-p", "2"],
        "arguments": ["--model", "m"],
    }
    folder = submitter.cluster.folder / "jobs"
    folder.mkdir()
    (folder / "fraud-score.json").write_text(json.dumps(earlier))
    assert submitter.submissions.all() == [replace(JOB, options=("-p", "2"), job_id="1")]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"job": "score"}', '{"job": 1, "name": "", "archive": ""}']
)
def test_a_file_that_is_no_submission_is_named(submitter: Submitter, content: str) -> None:
    folder = submitter.cluster.folder / "jobs"
    folder.mkdir()
    (folder / "x.json").write_text(content)
    with pytest.raises(HeadraceError, match=r"x\.json: not a submission") as raised:
        submitter.submissions.all()
    assert "Move it away" in raised.value.hint


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
