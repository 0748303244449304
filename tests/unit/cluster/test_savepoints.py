from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.cluster.submission import Submission
from tests.local_tables import ROOT
from tests.unit.cluster.played import MONITORS, PlayedCluster, play

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.submitter import Submitter

DAY = 86_400


@pytest.fixture(autouse=True)
def submitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Submitter:
    """A job that was stopped three times."""
    played = play(tmp_path, monkeypatch)
    MONITORS[tmp_path].answers["/overview"] = {"slots-total": 8, "slots-available": 8}
    for module in ("headrace.cli.submission", "headrace.cli.savepoints"):
        monkeypatch.setattr(f"{module}.LocalCluster", PlayedCluster)
    monkeypatch.setenv("HEADRACE_CLUSTER", str(tmp_path))
    monkeypatch.setenv("HEADRACE_ROOT", str(ROOT))
    monkeypatch.setenv("COLUMNS", "1000")
    played.submit(Submission("score", "fraud-score", str(tmp_path / "suites" / "suite-used.zip")))
    for _ in range(2):
        played.stop("score")
        played.resume("score")
    played.stop("score")
    for number, path in enumerate(sorted(played.cluster.home.savepoints.iterdir())):
        age(path / "_metadata", DAY * (10 - number) - 60)
    return played


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def headrace(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["savepoints", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(headrace("list", "--json"))
    return found


def names() -> list[str]:
    return [each["path"].rpartition("/")[2] for each in listed()]


def test_savepoints_are_listed_with_their_job_and_what_needs_them() -> None:
    assert [(each["job"], each["needed_by"]) for each in listed()] == [
        ("fraud-score", "resume fraud-score"),
        ("fraud-score", ""),
        ("fraud-score", ""),
    ]
    assert "resume fraud-score" in headrace("list")


def test_the_newest_stay_and_what_a_stopped_job_needs() -> None:
    removed = json.loads(headrace("prune", "--yes", "--json", "--keep", "0"))
    assert len(removed["removed"]) == 2
    assert names() == ["savepoint-2"]


def test_the_newest_of_a_job_stay_as_many_as_are_asked_for() -> None:
    headrace("prune", "--yes", "--keep", "2")
    assert names() == ["savepoint-2", "savepoint-1"]


def test_younger_ones_stay() -> None:
    headrace("prune", "--yes", "--older-than", "9d", "--keep", "0")
    assert names() == ["savepoint-2", "savepoint-1"]


def test_what_a_running_job_was_started_from_stays(submitter: Submitter) -> None:
    submitter.resume("score")
    oldest = (submitter.cluster.home.savepoints / "savepoint-0").as_uri()
    checkpoints = {"latest": {"restored": {"external_path": oldest}}}
    MONITORS[submitter.cluster.folder].answers["/jobs/3/checkpoints"] = checkpoints
    headrace("prune", "--yes", "--keep", "0")
    assert [(each["path"].rpartition("/")[2], each["needed_by"]) for each in listed()] == [
        ("savepoint-0", "fraud-score runs from it")
    ]


def test_nothing_is_removed_when_the_answer_is_no() -> None:
    result = CliRunner().invoke(app, ["savepoints", "prune"], input="n\n")
    assert result.exit_code == 1
    assert len(names()) == 3


def test_packed_suites_of_no_submission_go_too_but_for_new_ones(submitter: Submitter) -> None:
    suites = submitter.cluster.folder / "suites"
    suites.mkdir()
    for name in ("used", "old", "of-a-session", "new"):
        (suites / f"suite-{name}.zip").write_bytes(b"12345")
        age(suites / f"suite-{name}.zip", 0 if name == "new" else DAY)
    (submitter.cluster.folder / "init-fraud.sql").write_text(
        "SET 'python.files' = '/x/suite-of-a-session.zip'"
    )
    removed = json.loads(headrace("prune", "--yes", "--json", "--keep", "9"))
    assert removed == {"removed": [str(suites / "suite-old.zip")], "freed_bytes": 5}


def test_savepoints_elsewhere_are_not_listed(submitter: Submitter) -> None:
    submitter.cluster.home.configure({"execution.checkpointing.savepoint-dir": "s3://bucket/savepoints"})
    result = CliRunner().invoke(app, ["savepoints", "list"])
    assert str(result.exception).startswith("savepoints are kept in s3://bucket/savepoints")


def test_an_age_without_a_unit_is_refused() -> None:
    result = CliRunner().invoke(app, ["savepoints", "prune", "--older-than", "7"])
    assert "wants a number and one of s, m, h, d, got '7'" in str(result.exception)
