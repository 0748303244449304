"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: how often each case is measured.
        every: topics → of how many customers one is taken, with all payments of the days. ``full``: what is timed.
            ``part``: what is timed of slow forms, and read by the others before. ``warm``: what slow forms read before.
            ``check``: what is compared with DuckDB.
        rate: events a second, for latency.
        before: payments that fill the windows before latency is measured.
        seconds: of latency that are not measured, then that are.
        state: keys × rows of each.
    """

    rounds: int
    every: Mapping[str, int]
    rate: int
    before: int
    seconds: tuple[int, int]
    state: tuple[tuple[int, int], ...]


LAST_DAY = 83
"""So that a window of 30 days is full for a while."""
FULL = Extent(
    3,
    {"full": 1, "part": 4, "warm": 8, "check": 80},
    1_000,
    100_000,
    (10, 30),
    ((100_000, 1), (100_000, 15), (1, 100_000)),
)
QUICK = Extent(
    1,
    {"full": 10, "part": 20, "warm": 40, "check": 80},
    1_000,
    10_000,
    (3, 10),
    ((10_000, 1), (10_000, 15), (1, 10_000)),
)
