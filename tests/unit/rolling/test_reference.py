"""What the definition of ``rolling`` says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.rolling.reference import AGGREGATES, Event, rolling

EVENTS = st.lists(st.builds(Event, st.integers(0, 50), st.none() | st.integers(-9, 9)), max_size=12)


def of(*times: int) -> list[Event]:
    return [Event(time, time) for time in times]


def test_a_window_is_open_at_its_old_end_and_closed_at_the_event() -> None:
    assert rolling(of(0, 1, 10, 11), "count", window=10) == [1, 2, 2, 2]


def test_a_delayed_window_ends_before_the_event() -> None:
    assert rolling(of(0, 1, 10, 11), "count", window=10, delay=1) == [0, 1, 2, 2]


def test_events_that_tie_see_those_before_them() -> None:
    assert rolling(of(5, 5, 5), "count", window=1) == [1, 2, 3]


def test_an_event_that_comes_late_has_the_window_of_its_time_and_changes_no_earlier_answer() -> None:
    assert rolling(of(10, 20, 9, 21), "sum", window=15) == [10, 30, 9, 60]


def test_null_does_not_contribute() -> None:
    events = [Event(0, 4), Event(1), Event(2, 6)]
    assert rolling(events, "avg", window=10) == [4.0, 4.0, 5.0]
    assert rolling(events, "since_last", window=10) == [None, 1, 2]


@pytest.mark.parametrize("aggregate", sorted(AGGREGATES.keys() - {"count", "distinct"}))
def test_an_empty_window_has_no_value(aggregate: str) -> None:
    assert rolling([Event(0)], aggregate, window=10) == [None]


@pytest.mark.parametrize(
    ("aggregate", "values", "wanted"),
    [
        ("sum", [0.1, 0.2, 0.3, -0.3, -0.2, -0.1], 0.0),
        ("sum", [Decimal("0.10"), Decimal("0.20")], Decimal("0.30")),
        ("avg", [Decimal("0.10"), Decimal("0.20")], 0.15),
        ("stddev", [1, 2, 3, 4], pytest.approx(1.2909944487358056)),
        ("distinct", ["a", "b", "a"], 2),
        ("last", [3, 1, 2], 2),
        ("min", [3, 1, 2], 1),
        ("max", [3, 1, 2], 3),
    ],
)
def test_aggregates(aggregate: str, values: list[Any], wanted: Any) -> None:
    assert rolling([Event(0, value) for value in values], aggregate, window=1)[-1] == wanted


@given(events=EVENTS, window=st.integers(1, 60), delay=st.integers(0, 20))
def test_what_came_before_does_not_change_when_more_comes(
    events: list[Event], window: int, delay: int
) -> None:
    whole = rolling(events, "sum", window, delay)
    assert whole[:-1] == rolling(events[:-1], "sum", window, delay)


@given(events=EVENTS, shift=st.integers(-1_000, 1_000))
def test_only_differences_of_time_matter(events: list[Event], shift: int) -> None:
    moved = [Event(event.time + shift, event.value) for event in events]
    assert rolling(moved, "distinct", window=20) == rolling(events, "distinct", window=20)
