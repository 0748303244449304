"""What dies while events flow loses nothing and doubles nothing; the long form is ``make chaos``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chaos.events import recorded_log
from chaos.faults import Faults
from chaos.observed import differing, doubled, results
from chaos.runs import JobRun, Stream
from chaos.story import Fault, Story, calm, play
from headrace.cluster.archive import pack_suite
from headrace.cluster.ports import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chaos.observed import Seen
    from headrace.cluster.local import LocalCluster

pytestmark = pytest.mark.cluster

RATE = 50.0


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A recorded log with dirt of every kind but lateness, which depends on when partitions are read."""
    return recorded_log(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def played(
    local_cluster: LocalCluster, root: Path, artifact: Path, rows: list[dict[str, Any]]
) -> tuple[Story, list[Seen]]:
    """Two runs, one of each delivery, through faults; and what a run without any gives. ``make chaos`` has them all."""
    archive = pack_suite(root, local_cluster.home.folder / "suites")
    faults = Faults(local_cluster)
    runs = [
        JobRun(local_cluster, archive, artifact, "once", "exactly-once"),
        JobRun(local_cluster, archive, artifact, "fast", "at-least-once"),
    ]
    for run in runs:
        run.start()
    stream = Stream(rows, runs, RATE)
    happenings = [
        Fault("worker", faults.kill_worker),
        Fault("task manager", faults.kill_task_manager),
        Fault("job manager", faults.kill_job_manager),
    ]
    story = play(runs, stream, happenings)
    for run in runs:
        run.cancel()
    quiet = JobRun(local_cluster, archive, artifact, "calm")
    return story, calm(quiet, rows, story.messages)


@pytest.mark.timeout(900)
def test_exactly_once_shows_each_event_once_whatever_dies(played: tuple[Story, list[Seen]]) -> None:
    story, expected = played
    seen = story.seen["once"]
    assert results(seen) == results(expected)
    assert doubled(seen) == 0


def test_at_least_once_repeats_byte_by_byte_under_the_same_key(played: tuple[Story, list[Seen]]) -> None:
    story, expected = played
    seen = story.seen["fast"]
    assert results(seen) == results(expected)
    assert doubled(seen) > 0, "nothing was repeated, so nothing was proven"
    assert differing(seen) == []


def test_every_message_is_a_prediction_or_a_dead_letter(played: tuple[Story, list[Seen]]) -> None:
    story, _ = played
    counts = {name: _counts(seen) for name, seen in story.seen.items()}
    assert {sum(count) for count in counts.values()} == {story.messages}
    assert all(refused > 0 for _, refused in counts.values())


def test_quiet_topics_of_history_and_labels_make_nothing_late(played: tuple[Story, list[Seen]]) -> None:
    story, _ = played
    reasons = {
        json.loads(row)["reason"] for seen in story.seen.values() for row in results(seen)["dead_letters"]
    }
    assert len(reasons) > 10
    assert "late" not in reasons


def test_what_died_answers_again_and_left_no_temporary_files(
    played: tuple[Story, list[Seen]], local_cluster: LocalCluster
) -> None:
    assert played
    wait_until(lambda: states(local_cluster) == {"running"}, 60, "not all of it answered")
    scratch = local_cluster.home.scratch
    assert [len([*scratch.glob(f"taskmanager-{number}/tm_*")]) for number in (1, 2)] == [1, 1]
    assert len([*scratch.glob("jobmanager/jm_*")]) == 1


def states(cluster: LocalCluster) -> set[str]:
    return {row["state"] for row in cluster.status()}


def _counts(seen: Sequence[Seen]) -> tuple[int, int]:
    found = results(seen)
    return sum(found["predictions"].values()), sum(found["dead_letters"].values())
