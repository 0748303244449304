"""Equal to the OVER windows of Flink, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flink.rolling.conftest import Table

HOUR = 3_600_000
WINDOWS = {
    "1h": "INTERVAL '59:59.999' MINUTE TO SECOND(3)",
    "1d": "INTERVAL '23:59:59.999' HOUR TO SECOND(3)",
}
"""RANGE is closed at both ends: a millisecond less makes it half open."""
MEASURES = {
    "count": "COUNT(*)",
    "cents_count": "COUNT(cents)",
    "cents_sum": "SUM(cents)",
    "cents_min": "MIN(cents)",
    "cents_max": "MAX(cents)",
    "n_sum": "SUM(n)",
    "s_distinct": "COUNT(DISTINCT s)",
}
CALL = (
    "PARTITION BY k, aggregates => 'count, count(cents), sum(cents), min(cents), max(cents), sum(n), distinct(s)',"
    f" windows => '{', '.join(WINDOWS)}'"
)
COLUMNS = [f"{measure}_{window}" for window in WINDOWS for measure in MEASURES]
IN_ORDER = "rolling_in_order(input => TABLE `rows` {}, on_time => DESCRIPTOR(event_time), ties => 'id')"


def rows(count: int, keys: int, *, ties: bool) -> list[tuple[Any, ...]]:
    """Some days of rows in the order of time, with NULLs, and gaps of exactly an hour and a day."""
    random = np.random.default_rng(7)
    steps = random.choice(
        [0 if ties else 1, 60_000, 47 * 60_000, HOUR, 24 * HOUR], count, p=[0.2, 0.5, 0.2, 0.06, 0.04]
    )
    return [
        (
            number,
            int(random.integers(keys)),
            1_600_000_000_000 + int(time),
            None if number % 7 == 0 else f"{random.integers(-99_999, 99_999) / 100:.2f}",
            None,
            None if number % 5 == 0 else int(random.integers(-1_000, 1_000)),
            f"v{random.integers(9)}",
            None,
        )
        for number, time in enumerate(np.cumsum(steps))
    ]


def oracle(table: Table) -> dict[int, tuple[Any, ...]]:
    """The chain of OVER views."""
    kept = ["id", "k", "cents", "n", "s", "event_time"]
    source = "`rows`"
    for window, length in WINDOWS.items():
        over = f"PARTITION BY k ORDER BY event_time RANGE BETWEEN {length} PRECEDING AND CURRENT ROW"
        derived = [f"{sql} OVER w AS {measure}_{window}" for measure, sql in MEASURES.items()]
        query = f"SELECT {', '.join(kept + derived)} FROM {source} WINDOW w AS ({over})"  # noqa: S608 -- our own words
        table.environment.create_temporary_view(f"over_{window}", table.environment.sql_query(query))
        kept += [f"{measure}_{window}" for measure in MEASURES]
        source = f"over_{window}"
    return table.by_id(f"SELECT id, {', '.join(COLUMNS)} FROM {source}")  # noqa: S608 -- our own words


def found(table: Table, function: str) -> dict[int, tuple[Any, ...]]:
    return table.by_id(f"SELECT id, {', '.join(COLUMNS)} FROM {function.format(CALL)}")  # noqa: S608 -- our own words


def test_without_ties_each_row_is_that_of_over(make_table: Callable[..., Table]) -> None:
    table = make_table()
    table.write(rows(2_000, 6, ties=False))
    wanted = oracle(table)
    assert found(table, "rolling(input => TABLE `rows` {}, on_time => DESCRIPTOR(event_time))") == wanted
    assert found(table, IN_ORDER) == wanted


def test_the_last_of_rows_that_tie_is_that_of_over(make_table: Callable[..., Table]) -> None:
    """RANGE shows all rows of a millisecond to each of them; here each sees those before it."""
    made = rows(2_000, 6, ties=True)
    last = {(row[1], row[2]): row[0] for row in made}.values()
    table = make_table()
    table.write(reversed(made))
    ours, theirs = found(table, IN_ORDER), oracle(table)
    assert len(last) < len(made)
    assert {number: ours[number] for number in last} == {number: theirs[number] for number in last}
