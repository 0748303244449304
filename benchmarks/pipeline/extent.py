"""How much is measured of the whole job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: how often each case is measured.
        every: of how many customers one is taken, with their payments from the first on, as many as are sent.
        latency_every: the same with all payments of all days, for latency.
        history_every: the same as that, for features over history.
        checked_every: the same as that, for what is compared with the oracle.
        fill_days: days whose payments fill the windows before latency is measured, or answers are compared.
        checked: payments that are compared.
        rates: events a second, the ladder.
        seconds: of each rate that are not measured, then that are.
        warm_seconds: at `WARM_RATE`, before the ladder, that are not measured: a job that lives for days runs compiled.
            What has no compiler gets `UNCOMPILED_WARM_SECONDS` at most.
        warm_up: payments before the backlog, so that what is timed runs warm; half of all that are sent at most.
        backlog: payments that wait when the time begins.
    """

    rounds: int
    every: int
    latency_every: int
    history_every: int
    checked_every: int
    fill_days: int
    checked: int
    rates: tuple[int, ...]
    seconds: tuple[float, float]
    warm_seconds: float
    warm_up: int
    backlog: int


LAST_DAY = 119
WARM_RATE = 1_000
"""Events a second."""
UNCOMPILED_WARM_SECONDS = 5.0
LEARNED_FROM = 10
"""Models learn from one in so many customers."""
FULL = Extent(3, 1, 5, 2, 40, 31, 4_000, (10, 100, 1_000, 5_000, 10_000), (1.0, 5.0), 45.0, 225_000, 225_000)
QUICK = Extent(1, 20, 20, 20, 80, 31, 1_000, (100, 1_000), (1.0, 3.0), 2.0, 10_000, 30_000)
