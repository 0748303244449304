"""The definition of ``rolling``, for one key: slow, short, and what the Java function is tested against."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Event:
    """A row of one key.

    Args:
        time: event time in milliseconds.
        value: the value of the column, or None for NULL.
    """

    time: int
    value: Any = None


def rolling(events: Sequence[Event], aggregate: str, window: int, delay: int = 0) -> list[Any]:
    """One aggregate of the window that ends with each event, in the order in which the events are handed over.

    An event sees itself and those handed over before it. Its window is ``(t - delay - window, t - delay]``. Values
    are taken by event time; where times are equal, by that order.

    Args:
        events: the rows of a key. By arrival, or by event time as with ORDER BY.
        aggregate: a key of ``AGGREGATES``.
        window: length in milliseconds.
        delay: how far before the event the window ends, in milliseconds.

    >>> rolling([Event(0, 5), Event(1, 3), Event(10, 4)], "sum", window=10)
    [5, 8, 7]
    """
    return [
        AGGREGATES[aggregate](_inside(events[:n], window, delay), events[n - 1]) for n in _numbers(events)
    ]


def _numbers(events: Sequence[Event]) -> range:
    return range(1, len(events) + 1)


def _inside(events: Sequence[Event], window: int, delay: int) -> list[Event]:
    end = events[-1].time - delay
    inside = [event for event in events if end - window < event.time <= end and event.value is not None]
    return sorted(inside, key=lambda event: event.time)


def _of_values(function: Callable[[list[Any]], Any], fewest: int = 1) -> Callable[[list[Event], Event], Any]:
    def _aggregate(inside: list[Event], _: Event) -> Any:
        return function([event.value for event in inside]) if len(inside) >= fewest else None

    return _aggregate


def _sum(values: list[Any]) -> Any:
    return math.fsum(values) if isinstance(values[0], float) else sum(values)


def _since_last(inside: list[Event], own: Event) -> int | None:
    return next((own.time - event.time for event in reversed(inside) if event is not own), None)


AGGREGATES: dict[str, Callable[[list[Event], Event], Any]] = {
    "count": _of_values(len, fewest=0),
    "distinct": _of_values(lambda values: len(set(values)), fewest=0),
    "sum": _of_values(_sum),
    "avg": _of_values(lambda values: float(_sum(values)) / len(values)),
    "min": _of_values(min),
    "max": _of_values(max),
    "stddev": _of_values(lambda values: float(statistics.stdev(values)), fewest=2),
    "last": _of_values(lambda values: values[-1]),
    "since_last": _since_last,
}
