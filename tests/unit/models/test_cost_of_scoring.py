"""What an event costs, in calls and in memory: a guard that needs no clock.

A number here is no goal but what it was when somebody last looked: fewer is good, more wants a reason. Calls are of
Python functions; what numpy and ONNX Runtime do inside does not count.
"""

from __future__ import annotations

import sys
import tracemalloc
from typing import TYPE_CHECKING, Any, Callable

import numpy as np
import pytest

from headrace.models.metrics import ScoringMetrics
from headrace.models.scorer import Scorer

if TYPE_CHECKING:
    from headrace.models.artifact import Artifact

CALLS_OF_A_ROW = 15
CALLS_OF_A_BATCH = 40
CALLS_OF_A_ROW_IN_A_BATCH = 2.1
CALLS_OF_METRICS = 8
BYTES_OF_A_ROW_IN_A_BATCH = 300
MANY = 2_000


class Counter:
    """A counter of Flink's that counts nothing."""

    def inc(self, count: int) -> None:
        """Nothing."""


class Group:
    """A metric group of Flink's without metrics."""

    def counter(self, _: str) -> Counter:
        """One."""
        return Counter()

    def gauge(self, *_: object) -> None:
        """None."""

    def add_group(self, *_: object) -> Group:
        """Itself."""
        return self


def calls_of(work: Callable[[], object]) -> int:
    """Python calls that it makes, itself not counted."""
    work()  # what is done only once is done
    counted = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted - 1


def bytes_of(work: Callable[[], object]) -> int:
    """Bytes that are in use at most while it works, beyond those before."""
    work()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.fixture
def scorer(linear: Artifact) -> Scorer:
    return Scorer(linear, 0)


@pytest.fixture
def row(scorer: Scorer) -> dict[str, Any]:
    return {feature.name: 1.0 if feature.type == "DOUBLE" else 1 for feature in scorer.features}


def columns(row: dict[str, Any], rows: int) -> dict[str, Any]:
    return {name: np.full(rows, value) for name, value in row.items()}


def test_a_row_by_itself(scorer: Scorer, row: dict[str, Any]) -> None:
    assert calls_of(lambda: scorer.score_one(row)) <= CALLS_OF_A_ROW


def test_a_batch_costs_little_more_than_its_rows_results(scorer: Scorer, row: dict[str, Any]) -> None:
    one, many = columns(row, 1), columns(row, MANY)
    few = calls_of(lambda: scorer.score_batch(one))
    assert few <= CALLS_OF_A_BATCH
    assert (calls_of(lambda: scorer.score_batch(many)) - few) / MANY <= CALLS_OF_A_ROW_IN_A_BATCH


def test_a_batch_holds_no_more_than_its_rows_need(scorer: Scorer, row: dict[str, Any]) -> None:
    many = columns(row, MANY)
    assert bytes_of(lambda: scorer.score_batch(many)) / MANY <= BYTES_OF_A_ROW_IN_A_BATCH


def test_nothing_stays_behind(scorer: Scorer, row: dict[str, Any]) -> None:
    def work() -> None:
        for _ in range(200):
            scorer.score_one(row)

    work()
    before = sys.getallocatedblocks()
    work()
    assert sys.getallocatedblocks() - before < 200


def test_the_metrics_of_a_row(scorer: Scorer, row: dict[str, Any]) -> None:
    metrics = ScoringMetrics(Group(), lambda _: None, clock=lambda: 0.0)
    result = [scorer.score_one(row)]
    assert calls_of(lambda: metrics.observe(result, 0.0001)) <= CALLS_OF_METRICS
