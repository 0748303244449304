"""Versions come and go while events flow and processes die: which version scored an event does not depend on it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from chaos.events import HappeningNow, clean, recorded_log
from chaos.faults import Faults
from chaos.observed import doubled, results
from chaos.runs import JobRun, Stream
from chaos.story import Fault, Story, calm, play
from headrace.cluster.archive import pack_suite
from headrace.deployments import commands
from headrace.deployments.author import Author
from headrace.deployments.commands import Wish, target
from headrace.deployments.store import Folder
from headrace.deployments.timing import MARGIN, TIMING
from tests.artifact import make_artifact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from chaos.observed import Seen
    from headrace.cluster.local import LocalCluster
    from headrace.deployments.author import Draft
    from headrace.deployments.log import Log

pytestmark = [pytest.mark.cluster, pytest.mark.chaos]

RATE = 40.0
WISH = Wish("test", "test")
OLD, NEW = "fraud-old", "fraud-new"
UNTIL_IT_COUNTS = (TIMING.lead + MARGIN) / 1000 + 2.0


class Deployments:
    """A log with two versions, the old one champion from the beginning."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "deployments"
        self._author = Author(Folder(self.folder))
        self._old = target(str(make_artifact(folder / "models" / OLD, OLD, 0.5)), str(self.folder))
        self._new = target(str(make_artifact(folder / "models" / NEW, NEW, 0.9)), str(self.folder))
        self._publish(lambda _: commands.deploy(self._old, WISH))

    def canary(self) -> None:
        """The new one for half of the customers."""
        self._publish(lambda log: commands.canary(log, self._new, 0.5, WISH))

    def promote(self) -> None:
        """The new one for all."""
        self._publish(lambda log: commands.promote(log, NEW, WISH))

    def rollback(self) -> None:
        """The old one again."""
        self._publish(lambda log: commands.rollback(log, OLD, WISH))

    def _publish(self, draft: Callable[[Log], Draft]) -> None:
        log = self._author.read()
        self._author.publish(draft(log), log)


@pytest.fixture(scope="module")
def played(
    local_cluster: LocalCluster, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Story, list[Seen]]:
    """A run through canary, promotion and rollback, something dying just after each; and one of the same in peace."""
    folder = tmp_path_factory.mktemp("promotion")
    log, faults = Deployments(folder), Faults(local_cluster)
    archive = pack_suite(root, local_cluster.home.folder / "suites")
    run = JobRun(local_cluster, archive, log.folder, "promoted", scored_by="--deployments")
    run.start()
    stream = Stream(HappeningNow(clean(recorded_log(folder))), [run], RATE)
    story = play(
        [run],
        stream,
        [
            Fault("canary, then kill -9 of the worker", both(log.canary, faults.kill_worker)),
            Fault("promotion, then kill -9 of the task manager", both(log.promote, faults.kill_task_manager)),
            Fault("rollback, then kill -9 of the job manager", both(log.rollback, faults.kill_job_manager)),
        ],
        settle=UNTIL_IT_COUNTS,
    )
    run.cancel()
    quiet = JobRun(local_cluster, archive, log.folder, "replayed", scored_by="--deployments")
    return story, calm(quiet, stream.rows, story.messages)


def both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], None]:
    """One after the other, at once."""

    def _do() -> None:
        first()
        second()

    return _do


@pytest.mark.timeout(900)
def test_predictions_and_versions_equal_those_of_a_run_in_peace(played: tuple[Story, list[Seen]]) -> None:
    story, expected = played
    seen = story.seen["promoted"]
    assert results(seen) == results(expected)
    assert doubled(seen) == 0


def test_both_versions_decided_in_three_periods(played: tuple[Story, list[Seen]]) -> None:
    story, _ = played
    rows = sorted(predictions(story.seen["promoted"]), key=lambda row: row["event_time"])
    versions = [row["model_version"] for row in rows]
    assert len(rows) == sum(results(story.seen["promoted"])["transactions"].values())
    assert versions[0] == versions[-1] == OLD
    assert Counter(versions)[NEW] > len(rows) // 5
    beside = [row["customer_id"] for row in rows if row["model_version"] == NEW]
    assert len({*beside}) > 10


def predictions(seen: Sequence[Seen]) -> list[dict[str, object]]:
    return [json.loads(row) for row in results(seen)["predictions"].elements()]
