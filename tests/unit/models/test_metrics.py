from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from headrace.models.metrics import BUCKETS_SECONDS, TOLD_EVERY_SECONDS, ScoringMetrics
from headrace.models.scorer import Scored

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = Scored(0.5, "alert", "fraud-1", "[]", None)
BAD = Scored(None, None, "fraud-2", None, "no finite value")
NOBODY = Scored(None, None, None, None, "no version is deployed")


@dataclass
class Number:
    value: int = 0
    additions: int = 0

    def inc(self, number: int) -> None:
        self.value += number
        self.additions += 1


@dataclass
class Group:
    """What stands for Flink's metric group: names with their labels."""

    numbers: dict[str, Number] = field(default_factory=dict)
    gauges: dict[str, Callable[[], int]] = field(default_factory=dict)
    label: str = ""

    def add_group(self, name: str, value: str) -> Group:
        return Group(self.numbers, self.gauges, f"{self.label}{{{name}={value}}}")

    def counter(self, name: str) -> Number:
        return self.numbers.setdefault(name + self.label, Number())

    def gauge(self, name: str, value: Callable[[], int]) -> None:
        self.gauges[name + self.label] = value

    def value(self, name: str) -> int:
        return self.numbers[name].value


def trained_until(version: str) -> str | None:
    return "1970-01-01T00:01:00" + "+00:00" if version == "fraud-1" else None


def test_what_was_scored_and_what_was_not_is_counted_by_version() -> None:
    group = Group()
    metrics = ScoringMetrics(group, trained_until)
    metrics.observe([GOOD, GOOD, BAD, NOBODY], 0.001)
    metrics.observe([GOOD], 0.001)
    assert (group.value("events_scored"), group.value("events_not_scored")) == (3, 2)
    assert group.value("version_events{model_version=fraud-1}") == 3
    assert group.value("version_events{model_version=fraud-2}") == 1


@pytest.mark.parametrize(("only", "absent"), [(GOOD, "events_not_scored"), (BAD, "events_scored")])
def test_what_has_not_come_yet_is_told_as_zero_once(only: Scored, absent: str) -> None:
    group = Group()
    metrics = ScoringMetrics(group, trained_until)
    metrics.observe([only], 0.001)
    metrics.observe([only], 0.001)
    assert group.numbers[absent] == Number(value=0, additions=1)


@dataclass
class Clock:
    """Stands still unless it is set."""

    now: float = 7.0

    def __call__(self) -> float:
        return self.now


def durations(group: Group) -> list[int]:
    return [
        group.value(f"call_seconds_bucket{{le={limit}}}")
        for limit in [*(f"{each:g}" for each in BUCKETS_SECONDS), "+Inf"]
    ]


def test_calls_fall_into_all_buckets_that_they_are_not_longer_than() -> None:
    group, clock = Group(), Clock()
    metrics = ScoringMetrics(group, trained_until, clock=clock)
    for seconds in (0.0004, 0.001, 0.003, 7.0):
        metrics.observe([GOOD], seconds)
        clock.now += TOLD_EVERY_SECONDS
    assert durations(group) == [1, 2, 2, *[3] * 7, 4]
    assert group.value("call_seconds_count") == 4
    assert group.value("call_microseconds_sum") == 7_004_400


def test_calls_in_quick_succession_are_told_together_and_none_is_told_twice() -> None:
    group, clock = Group(), Clock()
    metrics = ScoringMetrics(group, trained_until, clock=clock)
    for _ in range(5):
        metrics.observe([GOOD], 0.02)
    assert (group.value("events_scored"), group.value("call_seconds_count")) == (5, 1)
    clock.now += TOLD_EVERY_SECONDS
    metrics.observe([GOOD], 2.0)
    metrics.observe([GOOD], 2.0)
    assert (group.value("events_scored"), group.value("call_seconds_count")) == (7, 6)
    assert durations(group) == [0, 0, 0, 0, 0, *[5] * 5, 6]
    assert group.value("call_microseconds_sum") == 2_100_000


def test_the_age_of_a_version_is_counted_from_the_last_event_it_learned_from() -> None:
    group = Group()
    ScoringMetrics(group, trained_until, wall=lambda: 100.0).observe([GOOD, BAD], 0.001)
    assert {name: value() for name, value in group.gauges.items()} == {
        "version_age_seconds{model_version=fraud-1}": 40
    }
