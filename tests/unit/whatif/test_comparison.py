from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.whatif.comparison import Draws, compare, sums_by_entity
from headrace.whatif.measures import MEASURES, SUMS
from tests.unit.whatif.conftest import COSTS, history

if TYPE_CHECKING:
    from headrace.whatif.history import History

DRAWS = Draws(resamples=100)


@st.composite
def events(draw: Any) -> tuple[History, Any, Any]:
    """Events of a few entities, and two sides' decisions on them."""
    count = draw(st.integers(1, 25))
    numbers = draw(st.lists(st.integers(0, 6), min_size=count, max_size=count))
    labels = draw(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=count, max_size=count))
    amounts = draw(st.lists(st.floats(0, 1e4), min_size=count, max_size=count))
    sides = [np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count))) for _ in range(2)]
    return history(np.unique(numbers, return_inverse=True)[1], labels, amounts), sides[0], sides[1]


def whole(of: History) -> list[Any]:
    return [np.ones(len(of.labels), dtype=bool)]


@given(events())
@settings(deadline=None)
def test_two_sides_that_decide_alike_differ_by_exactly_nothing(drawn: tuple[History, Any, Any]) -> None:
    past, alerts, _ = drawn
    [found] = compare(past, (alerts, alerts.copy()), whole(past), COSTS, DRAWS)
    assert found.candidate == found.baseline
    for each in found.difference.values():
        assert (each.value, each.lower, each.upper) in {(0.0, 0.0, 0.0), (None, None, None)}


@given(events())
@settings(deadline=None)
def test_differences_are_those_of_the_sides_and_turn_round_with_them(drawn: tuple[History, Any, Any]) -> None:
    past, one, other = drawn
    [there] = compare(past, (one, other), whole(past), COSTS, DRAWS)
    [back] = compare(past, (other, one), whole(past), COSTS, DRAWS)
    for name in MEASURES:
        difference, mirrored = there.difference[name], back.difference[name]
        if difference.value is not None and mirrored.value is not None:
            sides = (there.candidate[name].value or 0) - (there.baseline[name].value or 0)
            assert difference.value == pytest.approx(sides, abs=2e-6)
            assert difference.value == -mirrored.value
            assert (difference.lower or 0) == pytest.approx(-(mirrored.upper or 0), abs=1e-6)


@given(events())
@settings(deadline=None)
def test_parts_add_up_to_the_whole(drawn: tuple[History, Any, Any]) -> None:
    past, one, other = drawn
    half = np.arange(len(past.labels)) % 2 == 0
    all_, even, odd = compare(past, (one, other), [*whole(past), half, ~half], COSTS, DRAWS)
    for name in (
        "net_saved",
        "caught",
        "caught_amount",
        "reviews",
        "analyst_days",
        "alerts_a_day",
        "review_costs",
    ):
        parts = (even.candidate[name].value or 0) + (odd.candidate[name].value or 0)
        assert all_.candidate[name].value == pytest.approx(parts, abs=3e-6)


def test_sums_are_those_of_the_entities_that_have_an_alert_or_a_positive() -> None:
    past = history([0, 0, 1, 2, 3], [1, 0, np.nan, 0, 0], [5, 6, 7, 8, 9])
    candidate = np.array([True, True, False, False, False])
    baseline = np.array([False, False, True, False, False])
    found = sums_by_entity(past, (candidate, baseline), whole(past))
    assert SUMS == ("alerts", "judged", "caught", "caught_amount", "positives", "positive_amount")
    assert found[0].tolist() == [[2, 2, 1, 5, 1, 5], [0, 0, 0, 0, 0, 0]]
    assert found[1].tolist() == [[0, 0, 0, 0, 1, 5], [1, 0, 0, 0, 0, 0]]


def test_events_that_come_in_few_entities_say_less_than_as_many_of_different_ones() -> None:
    labels = np.repeat(np.arange(100) % 4 == 0, 20).astype(float)
    widths = []
    for entities in (np.repeat(np.arange(100), 20), np.arange(2000)):
        [found] = compare(
            history(entities, labels),
            (labels == 1, labels == 0),
            whole(history(entities, labels)),
            COSTS,
            Draws(500),
        )
        each = found.candidate["net_saved"]
        assert (each.lower or 0) < (each.value or 0) < (each.upper or 0)
        widths.append((each.upper or 0) - (each.lower or 0))
    assert widths[0] > 3 * widths[1]
