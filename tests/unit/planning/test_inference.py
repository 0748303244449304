"""What scoring costs, by a clock that each look moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer
from headrace.planning.blank import blank_artifact
from headrace.planning.inference import (
    REPEATS,
    SIZES,
    Stopwatch,
    alerting_share,
    golden_rows,
    measure_inference,
)
from tests.unit.planning.costs import MODEL

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    """Between the two looks of a run some seconds go by, as many as the next duration says."""

    def __init__(self, durations: list[float]) -> None:
        self.durations, self.now, self.looks = durations, 0.0, 0

    def __call__(self) -> float:
        if self.looks % 2:
            self.now += self.durations[self.looks // 2]
        self.looks += 1
        return self.now


def test_the_median_of_runs_counts_and_the_first_run_is_not_among_them() -> None:
    runs: list[int] = []
    watch = Stopwatch(3, Clock([5.0, 1.0, 2.0]))
    assert watch.seconds(lambda: runs.append(1)) == 2.0
    assert len(runs) == 4


def test_a_model_is_measured_alone_in_batches_and_with_reasons(artifact: Path) -> None:
    durations = [each for each in (1.0, 2.0, 3.0, 4.0, 5.0, 12.0, 50.0) for _ in range(REPEATS)]
    found = measure_inference(load_artifact(artifact), Stopwatch(REPEATS, Clock(durations)))
    assert found.batches == dict(zip(SIZES, (1.0, 2.0, 3.0, 4.0, 5.0)))
    assert found.reasons == 1.0  # ten rows took ten seconds more
    assert found.row == 0.5  # a hundred rows a run
    assert found.memory > 0


def test_without_an_evaluation_the_golden_rows_say_what_alerts(artifact: Path) -> None:
    loaded = load_artifact(artifact)
    rows = golden_rows(loaded)
    scored = [Scorer(loaded).score_one(row) for row in rows]
    assert alerting_share(loaded, rows) == sum(each.decision == "alert" for each in scored) / len(rows) > 0


def test_an_evaluation_says_what_alerts(artifact: Path) -> None:
    loaded = load_artifact(artifact)
    judged = {"rows": 10_000, "metrics": {"alerts_per_day": 100, "days": 2}}
    document = {**loaded.manifest.document, "evaluation": judged}
    judged_artifact = replace(loaded, manifest=replace(loaded.manifest, document=document))
    assert alerting_share(judged_artifact, golden_rows(loaded)) == 0.02


@given(st.floats(1, 100_000), st.floats(1, 100_000))
def test_more_rows_never_take_less_time(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert MODEL.of_batch(low) <= MODEL.of_batch(high)


def test_between_two_sizes_lies_a_straight_line_and_beyond_the_last_too() -> None:
    alerts = MODEL.alerting * MODEL.reasons
    assert MODEL.of_batch(55) == pytest.approx(125e-6 + 55 * alerts)
    assert MODEL.of_batch(200) == pytest.approx(400e-6 + 200 * alerts)
    assert MODEL.by_row == pytest.approx(20e-6 + alerts)


def test_a_blank_model_takes_the_same_features_and_never_alerts(artifact: Path, tmp_path: Path) -> None:
    like = load_artifact(artifact)
    blank = blank_artifact(like, tmp_path / "blank")
    scored = [Scorer(blank).score_one(row) for row in golden_rows(like)]
    assert {(each.score, each.decision, each.reasons) for each in scored} == {(0.5, "pass", "[]")}
