"""Random rows of several keys, and what the reference says of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from headrace.rolling.reference import Event, rolling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDOWS = {"1s": 1_000, "7s": 7_000, "20s": 20_000}
GAPS = (0, 0, 1, 500, 999, 1_000, 1_001, 6_999, 7_000, 20_000, 60_000)
"""Milliseconds between rows: ties, and rows exactly a window apart."""


class Row(NamedTuple):
    """A row of the table ``rows``."""

    id: int
    k: int
    t: int
    cents: Decimal | None
    x: float | None
    n: int | None
    s: str | None
    b: bool | None


def _values() -> st.SearchStrategy[tuple[Any, ...]]:
    cents = st.integers(-(10**17), 10**17) | st.integers(-500, 500)
    numbers = st.floats(-1e150, 1e150, allow_subnormal=False) | st.sampled_from([0.1, 0.2, 0.3, 1e16, -1e16])
    return st.tuples(
        st.none() | cents.map(lambda unscaled: Decimal(unscaled).scaleb(-2)),
        st.none() | numbers,
        st.none() | st.integers(-(2**40), 2**40),
        st.none() | st.sampled_from(["a", "b", "über", "d e"]),
        st.none() | st.booleans(),
    )


def batches(*, shuffled: bool) -> st.SearchStrategy[list[Row]]:
    """Rows of up to eight keys; shuffled: some arrive up to half a minute after they should."""
    lag = st.sampled_from([0, 0, 0, 700, 7_000, 30_000]) if shuffled else st.just(0)
    steps = st.lists(st.tuples(st.sampled_from(GAPS), lag, _values()), min_size=1, max_size=60)
    return st.lists(steps, min_size=4, max_size=8).map(_rows)


def _rows(keys: list[list[tuple[int, int, tuple[Any, ...]]]]) -> list[Row]:
    rows = []
    for key, steps in enumerate(keys):
        clock = 1_600_000_000_000
        for gap, lag, values in steps:
            clock += gap
            rows.append(Row(len(rows), key, clock - lag, *values))
    return rows


def column(rows: Sequence[Row], name: str) -> list[Event]:
    """A column as events; ``*`` stands for the rows themselves."""
    return [Event(row.t, True if name == "*" else getattr(row, name)) for row in rows]


def expected(rows: Iterable[Row], aggregate: str, name: str, delay: int = 0) -> dict[int, tuple[Any, ...]]:
    """What the reference gives, a window after the other, by id; the rows in the order in which they are taken."""
    by_key: dict[int, list[Row]] = {}
    for row in rows:
        by_key.setdefault(row.k, []).append(row)
    return {
        row.id: results
        for group in by_key.values()
        for row, results in zip(group, _results(group, aggregate, name, delay))
    }


def _results(group: list[Row], aggregate: str, name: str, delay: int) -> Iterable[tuple[Any, ...]]:
    events = column(group, name)
    return zip(*(rolling(events, aggregate, window, delay) for window in WINDOWS.values()))
