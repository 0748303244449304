"""A queue before a server, on top of a path without queues."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.planning.prediction import (
    POINTS,
    JobCost,
    Load,
    Wish,
    predict,
    quantiles,
    residual_of,
    summed,
    waits,
)
from headrace.planning.profile import Bundling, Profile
from tests.unit.planning.costs import MODEL, cost, profile

MANY_CORES = 10_000
UNTIMED = settings(deadline=None, max_examples=40)
RATES = st.floats(1.0, 9_000.0)
SECONDS = st.floats(1e-5, 0.2)
PROFILES = st.builds(lambda seconds, by_row: profile(seconds=seconds, by_row=by_row), SECONDS, st.booleans())


@UNTIMED
@given(RATES, RATES, st.integers(1, 4), PROFILES, st.booleans())
def test_more_events_never_take_less_time(
    one: float, other: float, slots: int, how: Profile, exactly_once: bool
) -> None:
    low, high = sorted((one, other))
    few, many = (predict(cost(), MODEL, how, Wish(rate, slots, 4, exactly_once)) for rate in (low, high))
    assert few.utilisation <= many.utilisation + 1e-9
    assert few.p50 <= many.p50 + 1e-9
    assert few.p99 <= many.p99 + 1e-9


@UNTIMED
@given(RATES, st.integers(1, 8), PROFILES)
def test_more_slots_never_take_more_time_while_there_are_cores(rate: float, slots: int, how: Profile) -> None:
    fewer, more = (predict(cost(), MODEL, how, Wish(rate, each, MANY_CORES)) for each in (slots, slots + 1))
    assert more.utilisation <= fewer.utilisation + 1e-9
    assert more.p99 <= fewer.p99 + 1e-9


@UNTIMED
@given(RATES, st.integers(1, 4), PROFILES, st.booleans())
def test_nothing_is_faster_than_the_lowest_load(
    rate: float, slots: int, how: Profile, exactly_once: bool
) -> None:
    found = predict(cost(), MODEL, how, Wish(rate, slots, 4, exactly_once))
    path = quantiles(cost().loads[0].path)
    assert found.p50 >= np.quantile(path, 0.5)
    assert found.p99 >= np.quantile(path, 0.99)


def test_beyond_capacity_nothing_is_steady() -> None:
    found = predict(cost(slot=1e-3), MODEL, profile(), Wish(1_000, 1, MANY_CORES))
    assert found.utilisation > 1
    assert found.p99 == math.inf


def test_slots_do_not_help_where_the_cores_are_busy() -> None:
    one, four = (predict(cost(), MODEL, profile(by_row=True), Wish(9_000, slots, 2)) for slots in (1, 4))
    assert four.utilisation == pytest.approx(9_000 * (150e-6 + MODEL.by_row) / 2)
    assert one.utilisation > four.utilisation


def test_predictions_that_show_at_checkpoints_wait_for_one() -> None:
    at_once, at_checkpoints = (
        predict(cost(), MODEL, profile(), Wish(100, 1, 2, exactly_once)) for exactly_once in (False, True)
    )
    assert at_checkpoints.p50 - at_once.p50 == pytest.approx(0.5 + 0.02, abs=0.02)


def test_a_bundle_has_what_comes_while_it_waits() -> None:
    bundling = Bundling(by_row=False, rows=100, seconds=0.01)
    assert [bundling.rows_at(rate) for rate in (1, 1_000, 5_000, 50_000)] == [1, 10, 50, 100]
    assert Bundling(by_row=True, rows=100, seconds=0.0).rows_at(50_000) == 1


def test_scoring_costs_less_an_event_in_larger_bundles() -> None:
    alone = predict(cost(), MODEL, profile(seconds=1e-4), Wish(1_000, 1, 2))
    together = predict(cost(), MODEL, profile(seconds=0.1), Wish(1_000, 1, 2))
    assert alone.model_seconds == pytest.approx(30e-6 + 0.01 * 100e-6)
    assert together.model_seconds == pytest.approx((200e-6 + 100 * 0.01 * 100e-6) / 100)


def test_only_the_busy_share_waits_and_its_mean_is_that_of_pollaczek_and_khinchine() -> None:
    found = waits(0.5, 0.004)
    assert (found == 0).mean() == pytest.approx(0.5, abs=0.01)
    assert found.mean() == pytest.approx(0.5 * 0.004 / 0.5, rel=0.02)


def test_a_sum_keeps_means_and_order() -> None:
    one, other = quantiles((0.0, 1.0)), waits(0.7, 0.1)
    found = summed(one, other)
    assert len(found) == len(one)
    assert found.mean() == pytest.approx(one.mean() + other.mean(), rel=0.01)
    assert (np.diff(found) >= 0).all()


@UNTIMED
@given(st.floats(1e-3, 0.05), st.floats(0.2, 0.8))
def test_a_residual_is_found_again_in_what_it_leads_to(residual: float, busy: float) -> None:
    path = cost().loads[0].path
    p99 = float(np.quantile(summed(quantiles(path), waits(busy, residual)), 0.99))
    assert residual_of(path, busy, p99) == pytest.approx(residual, rel=0.05)


def test_no_wait_is_seen_where_loads_are_as_fast_as_the_path() -> None:
    assert residual_of(cost().loads[0].path, 0.25, 1e-4) == 0.0


def test_between_two_loads_each_quantile_lies_between_theirs() -> None:
    known, (quiet, busy) = cost(), [quantiles(load.path) for load in cost().loads]
    np.testing.assert_allclose(known.path_at(0.25), busy)
    np.testing.assert_allclose(known.path_at(0.13), 2 * quiet * busy / (quiet + busy))


@UNTIMED
@given(st.floats(0.01, 0.25))
def test_between_two_loads_of_a_queue_with_one_server_the_queue_is_found(busy: float) -> None:
    loads = tuple(Load(1e4 * each, each, sojourns(each)) for each in (0.01, 0.25))
    found = JobCost(1e-4, 1e-4, loads, 0.0).path_at(busy)
    np.testing.assert_allclose(found, quantiles(sojourns(busy)), rtol=1e-9)


def sojourns(utilisation: float) -> tuple[float, ...]:
    """In M/M/1 with services of 0.1 ms, as far as the tail."""
    shares = np.linspace(0.0, 0.9999, POINTS + 1)
    return tuple(-np.log1p(-shares) * 1e-4 / (1.0 - utilisation))


def test_below_the_lowest_load_it_is_taken_to_be_as_fast() -> None:
    np.testing.assert_allclose(cost().path_at(0.001), quantiles(cost().loads[0].path))


def test_above_the_highest_load_it_goes_on_from_there_and_grows_without_limit() -> None:
    known = cost()
    highest, above, beyond, full = (known.path_at(it) for it in (0.25, 0.2501, 0.5, 0.999))
    np.testing.assert_allclose(above, highest, rtol=0.01)
    assert (highest <= beyond + 1e-12).all()
    assert np.quantile(full, 0.99) > 100 * np.quantile(beyond, 0.99)


def test_loads_that_are_faster_than_the_quiet_path_are_believed() -> None:
    found = predict(cost(path=3e-3, loaded=1e-3), MODEL, profile(by_row=True), Wish(1_600, 1, MANY_CORES))
    assert found.p50 < 2 * 3e-3


def test_a_dearer_model_takes_longer() -> None:
    dear = replace(MODEL, batches={size: 10 * seconds for size, seconds in MODEL.batches.items()})
    wish = Wish(1_000, 1, 4)
    assert predict(cost(), dear, profile(), wish).p99 > predict(cost(), MODEL, profile(), wish).p99
