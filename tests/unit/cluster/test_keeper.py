from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.keeper import Keeper
from headrace.cluster.layout import Layout
from headrace.cluster.local import LocalCluster
from headrace.cluster.programs import TASK_MANAGER, Program
from headrace.cluster.web import ClusterMonitor
from headrace.errors import HeadraceError
from tests.unit.cluster.programs import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLEEP = Program("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], {})
LAYOUT = Layout(web_ui=1, kafka=2, controller=3, zookeeper=4, sql_gateway=5)
END = Program("mayfly", [sys.executable, "-c", ""], {})


FIRST, SECOND = (Program(f"{TASK_MANAGER}{number}", SLEEP.command, {}) for number in (1, 2))


class Pair(LocalCluster):
    """A cluster of two task managers, without anybody to ask how many slots are used."""

    def programs(self) -> list[Program]:
        """Two that stay."""
        return [FIRST, SECOND]


class Scripted(LocalCluster):
    """A cluster of other programs."""

    def programs(self) -> list[Program]:
        """One that stays, and one that does not."""
        return [SLEEP, END]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Scripted]:
    found = Scripted(tmp_path, tmp_path)
    yield found
    found.down()


def test_what_has_died_is_started_again_and_what_runs_is_left_alone(cluster: Scripted) -> None:
    cluster.start(SLEEP)
    running = cluster.process("sleeper").running()
    assert running is not None
    assert Keeper(cluster).look() == ["mayfly"]
    assert cluster.process("sleeper").running() == running
    running.kill()
    wait_until(lambda: cluster.process("sleeper").running() is None)
    assert "sleeper" in Keeper(cluster).look()


def test_what_a_task_manager_did_is_taken_over_before_it_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Pair(tmp_path, tmp_path)
    LAYOUT.write(tmp_path / "cluster.json")
    cluster.start(SECOND)
    keeper = Keeper(cluster)
    try:
        assert keeper.look() == []
        monkeypatch.setattr(ClusterMonitor, "used_slots", lambda _: LAYOUT.slots + 1)
        assert Keeper(cluster).look() == [FIRST.name]
    finally:
        cluster.down()


def test_the_last_task_manager_starts_again_at_once(tmp_path: Path) -> None:
    cluster = Pair(tmp_path, tmp_path)
    LAYOUT.write(tmp_path / "cluster.json")
    try:
        assert Keeper(cluster).look() == [FIRST.name]
    finally:
        cluster.down()


def test_a_program_that_dies_at_once_is_given_time(cluster: Scripted) -> None:
    keeper = Keeper(cluster)
    assert "mayfly" in keeper.look()
    wait_until(lambda: cluster.process("mayfly").running() is None)
    assert keeper.look() == []


def test_down_stops_everything_and_says_what(cluster: Scripted) -> None:
    cluster.start(SLEEP)
    assert cluster.down() == ["sleeper"]
    assert cluster.down() == []


def test_status_tells_what_runs(cluster: Scripted) -> None:
    cluster.start(SLEEP)
    (cluster.folder / "cluster.json").write_text(
        json.dumps({"web_ui": 1, "kafka": 2, "controller": 3, "zookeeper": 4, "sql_gateway": 5})
    )
    states = {row["process"]: row["state"] for row in cluster.status()}
    assert states == {"sleeper": "running", "mayfly": "stopped", "keeper": "stopped"}


def test_a_cluster_that_was_never_up_is_said(tmp_path: Path) -> None:
    cluster = LocalCluster(tmp_path, tmp_path)
    assert cluster.programs() == []
    with pytest.raises(HeadraceError, match=r"there is no cluster in .*\nStart one: headrace cluster up"):
        cluster.require_up()
