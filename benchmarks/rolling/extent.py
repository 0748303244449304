"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: how often each case is measured.
        every: of how many customers one is taken, with all payments of the days 0 … 41.
        warm_up: as ``every``, for what a JVM reads before it is timed.
        check: as ``every``, for what is compared with DuckDB.
        rate: events a second, for latency.
        before: payments that fill the windows before latency is measured.
        seconds: of latency that are not measured, then that are.
        state: keys × rows of each.
    """

    rounds: int
    every: int
    warm_up: int
    check: int
    rate: int
    before: int
    seconds: tuple[int, int]
    state: tuple[tuple[int, int], ...]


LAST_DAY = 41
"""So that a window of 30 days is full for a while."""
FULL = Extent(3, 1, 2, 40, 1_000, 100_000, (10, 30), ((100_000, 1), (100_000, 15), (1, 100_000)))
QUICK = Extent(1, 10, 10, 40, 1_000, 10_000, (3, 10), ((10_000, 1), (10_000, 15), (1, 10_000)))
