"""What happens to jobs when their cluster is to end, with a played REST interface and a played ``flink``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.cluster.client import FlinkClient
from headrace.cluster.layout import Layout
from headrace.cluster.local import LocalCluster
from headrace.cluster.submission import Submission, Submissions
from headrace.cluster.web import ClusterMonitor
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

REALTIME = {"jid": "1", "name": "fraud-realtime", "state": "RUNNING", "start-time": 0}
QUERY = {"jid": "2", "name": "SELECT 1", "state": "RUNNING", "start-time": 0}
VERTICES = {
    "/jobs/1": {"vertices": [{"name": "Source: raw[1]"}, {"name": "predictions[2]: Writer"}]},
    "/jobs/2": {"vertices": [{"name": "Source: predictions[1] -> Sink: Collect table sink"}]},
}
SUBMITTED = Submission("realtime", "fraud-realtime", "suite.zip", job_id="1")


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the cluster was asked to do; a job and a query run on it."""
    asked: list[str] = []
    running: list[dict[str, Any]] = [REALTIME, QUERY]

    def _stop(_: FlinkClient, job_id: str, *, drain: bool = False) -> str:
        asked.append(f"stop {job_id}{' and drain' if drain else ''}")
        return "file:/savepoint-1"

    monkeypatch.setenv("HEADRACE_CLUSTER", str(tmp_path))
    monkeypatch.setattr(ClusterMonitor, "running", lambda _: running)
    monkeypatch.setattr(ClusterMonitor, "cancel", lambda _, job_id: asked.append(f"cancel {job_id}"))
    monkeypatch.setattr(ClusterMonitor, "get", lambda _, path: VERTICES[path])
    monkeypatch.setattr(ClusterMonitor, "wait_until_stoppable", lambda *_: None)
    monkeypatch.setattr(FlinkClient, "stop", _stop)
    monkeypatch.setattr(LocalCluster, "programs", lambda _: [None])
    monkeypatch.setattr(LocalCluster, "down", lambda _: asked.append("down") or ["jobmanager"])
    monkeypatch.setattr(Submissions, "all", lambda _: [SUBMITTED])
    Layout(1, 2, 3, 4, 5).write(tmp_path / "cluster.json")
    return asked


def test_jobs_are_stopped_with_a_savepoint_before_their_cluster_ends(asked: list[str]) -> None:
    result = CliRunner().invoke(app, ["cluster", "down"])
    assert asked == ["cancel 2", "stop 1", "down"]
    assert "fraud-realtime stopped; its state is file:/savepoint-1" in result.output
    assert "headrace resume realtime" in result.output
    assert "queries of SQL sessions ended" in result.output


def test_a_job_that_can_not_be_stopped_keeps_its_cluster(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def _refuse(*_: object, **__: object) -> str:
        raise HeadraceError("no savepoint")

    monkeypatch.setattr(FlinkClient, "stop", _refuse)
    result = CliRunner().invoke(app, ["cluster", "down"])
    assert isinstance(result.exception, HeadraceError)
    assert str(result.exception).startswith(
        "fraud-realtime is RUNNING and could not be stopped with a savepoint: no savepoint\n"
        "The cluster still runs. headrace cluster down --now"
    )
    assert asked == ["cancel 2"]


def test_whoever_does_not_wait_is_told_what_goes_on_later(asked: list[str]) -> None:
    result = CliRunner().invoke(app, ["cluster", "down", "--now"])
    assert asked == ["cancel 2", "down"]
    assert "fraud-realtime goes on from its newest checkpoint with the next headrace" in result.output
