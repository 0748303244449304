"""``cluster up --demo``, with the commands that it calls played: which, in which order, with what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cli import cluster_demo, options
from headrace.cli.cluster_demo import ClusterDemo
from headrace.cluster.layout import Layout
from headrace.cluster.local import LocalCluster
from headrace.cluster.submission import Submission, Submissions
from headrace.cluster.web import ClusterMonitor
from headrace.demo import play as playing
from headrace.demo.story import load_demo
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Commands that were called, with their arguments but for places."""
    calls: list[tuple[Any, ...]] = []
    for name in ("topics", "produce", "submit", "resume"):

        def _played(*arguments: Any, _name: str = name, **_: Any) -> None:
            calls.append((_name, *arguments))

        monkeypatch.setattr(cluster_demo, name, _played)
    monkeypatch.setattr(ClusterMonitor, "running", lambda _: [])
    monkeypatch.setattr(cluster_demo, "count_records", lambda _: 0)
    monkeypatch.setattr(options, "use_broker_of", lambda _: None)
    Layout(1, 2, 3, 4, 5).write(tmp_path / "cluster.json")
    for folder in ("models/fraud-1", "transactions_raw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "models" / "fraud-1" / "manifest.json").touch()
    return calls


def demo(folder: Path) -> ClusterDemo:
    return ClusterDemo(load_demo(ROOT, "fraud"), LocalCluster(folder, ROOT), folder, 200.0)


def test_past_comes_before_the_job_and_events_after_it(played: list[tuple[Any, ...]], tmp_path: Path) -> None:
    demo(tmp_path).play()
    assert played == [
        ("topics", "fraud"),
        ("produce", "transactions_history", "fraud", "", 0),
        ("produce", "labels", "fraud", "", 0),
        ("submit", "realtime", tmp_path / "models" / "fraud-1"),
        ("produce", "transactions_raw", "fraud", "customer_id", 200.0),
    ]


def test_it_says_what_it_does_as_commands_and_what_to_look_at(
    played: list[tuple[Any, ...]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo(tmp_path).play()
    said = capsys.readouterr().err
    assert len(played) == said.count("$ headrace ")
    assert 'headrace sql --query "SELECT * FROM predictions"' in said
    assert f"headrace cluster down --folder {tmp_path}" in said


def test_a_job_that_is_at_work_only_gets_events(
    played: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClusterMonitor, "running", lambda _: [{"name": "fraud-realtime", "jid": "1"}])
    demo(tmp_path).play()
    assert [name for name, *_ in played] == ["produce"]


def test_the_past_is_not_sent_twice(
    played: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_demo, "count_records", lambda _: 7)
    demo(tmp_path).play()
    assert [name for name, *_ in played] == ["topics", "submit", "produce"]


def test_a_job_that_was_stopped_goes_on(
    played: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = Submission("realtime", "fraud-realtime", "suite.zip", savepoint="file:/savepoint-1")
    monkeypatch.setattr(Submissions, "all", lambda _: [stopped])
    demo(tmp_path).play()
    assert [name for name, *_ in played] == ["resume", "produce"]


def test_whoever_interrupts_ends_the_events_and_nothing_else(
    played: list[tuple[Any, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def _interrupted(table: str, *_: Any, **__: Any) -> None:
        if table == "transactions_raw":
            raise KeyboardInterrupt

    monkeypatch.setattr(cluster_demo, "produce", _interrupted)
    demo(tmp_path).play()
    assert "no more events are sent; cluster and job go on" in capsys.readouterr().err
    assert played[-1][0] == "submit"


def test_what_is_not_there_is_made_with_little_data(
    played: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Made:
        """A model."""

        path = tmp_path / "made"

    asked = []
    monkeypatch.setattr(
        playing, "trained", lambda demo, stage, _: asked.append((demo.model, stage.quick)) or Made
    )
    unbuilt = replace(load_demo(ROOT, "fraud"), build=lambda *_: None)
    ClusterDemo(unbuilt, LocalCluster(tmp_path, ROOT), tmp_path / "empty", rate=0).play()
    assert asked == [("fraud", True)]
    assert ("submit", "realtime", tmp_path / "made") in played
