from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.whatif import bootstrap
from headrace.whatif.bootstrap import intervals, resample


def test_entities_that_add_nothing_count_among_those_that_are_drawn() -> None:
    adding = np.random.default_rng(1).uniform(1, 2, (30, 1))
    silent = np.vstack([adding, np.zeros((70, 1))])
    [few] = resample([adding], entities=100, resamples=20_000, seed=2)
    [all_] = resample([silent], entities=100, resamples=20_000, seed=3)
    assert few.mean() == pytest.approx(all_.mean(), rel=0.01)
    assert few.std() == pytest.approx(all_.std(), rel=0.03)


def test_the_spread_is_that_of_the_sum_of_independent_draws() -> None:
    values = np.random.default_rng(4).exponential(10, (200, 1))
    [drawn] = resample([values], entities=200, resamples=20_000, seed=0)
    assert drawn.std() == pytest.approx(np.sqrt(200) * values.std(), rel=0.02)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    dice, held = np.random.default_rng(5), 0
    for repetition in range(300):
        values = dice.gamma(2, 3, (150, 1))
        [drawn] = resample([values], entities=150, resamples=400, seed=repetition)
        low, high = intervals({"sum": drawn[:, 0]})["sum"]
        held += low <= 150 * 6 <= high
    assert 0.91 <= held / 300 <= 0.98


@given(st.integers(0, 2**32), st.integers(1, 20), st.integers(0, 30))
@settings(deadline=None)
def test_sides_that_are_alike_get_the_same_totals_bit_for_bit(seed: int, adding: int, silent: int) -> None:
    sums = np.random.default_rng(seed).uniform(0, 1e6, (adding, 3))
    one, other = resample([sums, sums.copy()], adding + silent, 50, seed)
    assert np.array_equal(one, other)


def test_the_same_seed_gives_the_same_draws_however_many_are_held_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sums = np.arange(12.0).reshape(6, 2)
    [at_once] = resample([sums], 9, 100, 7)
    monkeypatch.setattr(bootstrap, "_CELLS", 20)
    [in_parts] = resample([sums], 9, 100, 7)
    assert np.array_equal(at_once, in_parts)
    assert not np.array_equal(at_once, resample([sums], 9, 100, 8)[0])


def test_when_nobody_adds_anything_all_totals_are_zero() -> None:
    [drawn] = resample([np.empty((0, 2))], 5, 10, 0)
    assert drawn.tolist() == [[0.0, 0.0]] * 10


def test_draws_without_a_value_are_left_out_of_the_bounds() -> None:
    found = intervals({"some": np.array([1.0, np.nan, 3.0]), "none": np.array([np.nan, np.nan])}, 0.5)
    assert found["some"] == (1.5, 2.5)
    assert np.isnan(found["none"]).all()
