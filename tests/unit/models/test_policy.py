from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.models.policy import AlertBudget, PolicyError, ScoreThreshold

SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), min_size=1, max_size=60)


def test_a_budget_takes_the_highest_scores() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.7])
    assert AlertBudget(1).threshold(scores, days=2) == 0.7


def test_equal_scores_are_in_or_out_together() -> None:
    scores = np.array([0.9, 0.7, 0.7, 0.1])
    assert AlertBudget(2).threshold(scores, days=1) == 0.9


def test_a_budget_that_one_score_alone_exceeds_is_refused() -> None:
    with pytest.raises(
        PolicyError, match=r"3 rows share the highest score 1.0, the budget is 2 alerts a day"
    ):
        AlertBudget(2).threshold(np.array([1.0, 1.0, 1.0, 0.2]), days=1)


def test_a_budget_needs_an_evaluation_set() -> None:
    with pytest.raises(PolicyError, match="needs an evaluation set"):
        AlertBudget(2).threshold(None, days=0)


@given(scores=SCORES, budget=st.integers(1, 30), days=st.integers(1, 3))
def test_a_budget_is_used_as_far_as_it_goes_and_never_exceeded(
    scores: list[float], budget: int, days: int
) -> None:
    scores = np.array(scores)
    try:
        threshold = AlertBudget(budget).threshold(scores, days)
    except PolicyError:
        assert (scores == scores.max()).sum() > budget * days
        return
    assert (scores >= threshold).sum() <= budget * days
    below = scores[scores < threshold]
    assert not len(below) or (scores >= below.max()).sum() > budget * days


def test_a_given_score_is_the_threshold_with_or_without_evaluation() -> None:
    assert ScoreThreshold(0.4).threshold(None, 0) == ScoreThreshold(0.4).threshold(np.array([0.1]), 1) == 0.4


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_the_scores_is_refused(score: float) -> None:
    with pytest.raises(PolicyError, match=r"outside \[0, 1\]"):
        ScoreThreshold(score).threshold(None, 0)
