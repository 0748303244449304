"""Sending at a steady rate, and what is said of the answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import HeadraceError
from headrace.planning.ladder import Record, Route, Rung, outcome, paced


class Clock:
    """A clock that goes only when something sleeps, or when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def rung(*ids: int, unmeasured: int = 0) -> Rung:
    return Rung(10, [Record(str(each), b"", each) for each in ids], unmeasured)


def route(quiet: int | None = None) -> Route:
    return Route("broker", "raw", "answers", "id", 4, quiet)


def test_each_record_is_sent_at_its_own_moment() -> None:
    clock, moments = Clock(), []
    for _ in paced(rung(1, 2, 3).records, 10, clock, clock.sleep):
        moments.append(clock.now)
        clock.now += 0.03  # sending takes its time, the next moment stays
    assert moments == pytest.approx([0.0, 0.1, 0.2])


def test_what_is_late_is_sent_at_once_and_the_schedule_stays() -> None:
    clock, moments = Clock(), []
    for record in paced(rung(1, 2, 3, 4).records, 10, clock, clock.sleep):
        moments.append(clock.now)
        clock.now += 0.25 if record.id == 1 else 0.0
    assert moments == pytest.approx([0.0, 0.25, 0.25, 0.3])


def test_warm_up_is_not_among_the_waits() -> None:
    sent = {1: 0, 2: 1_000_000, 3: 2_000_000}
    received = {1: 90_000_000, 2: 3_000_000, 3: 6_000_000}
    assert outcome(rung(1, 2, 3, unmeasured=1), sent, received).waits.tolist() == [2.0, 4.0]


def test_percentiles_are_of_what_was_answered() -> None:
    found = outcome(rung(1, 2), {1: 0, 2: 0}, {1: 5_000_000})
    assert found.milliseconds == dict.fromkeys(("p50", "p95", "p99", "p99.9", "max"), 5.0)
    assert found.unanswered == (2,)


def test_what_was_not_answered_is_an_error_where_all_is_required() -> None:
    with pytest.raises(HeadraceError, match="1 of 2 were not answered, the first is 2"):
        outcome(rung(1, 2), {1: 0, 2: 0}, {1: 1}).require_all()


def test_no_answer_at_all_has_no_percentiles() -> None:
    found = outcome(rung(1), {1: 0}, {})
    assert (found.milliseconds, found.unanswered) == ({}, (1,))


@given(st.text(), st.sampled_from([None, 0, 3]))
def test_a_key_stays_in_its_partition_and_out_of_the_quiet_one(key: str, quiet: int | None) -> None:
    place = route(quiet).partition_of(key)
    assert place == route(quiet).partition_of(key.encode())
    assert place in {0, 1, 2, 3} - {quiet}


def test_all_partitions_but_the_quiet_one_are_used() -> None:
    assert {route(2).partition_of(str(key)) for key in range(50)} == {0, 1, 3}
