"""Keys with more rows than one piece of state holds, in every kind of state."""

# ruff: noqa: S608 -- queries of our own words

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from tests.flink.rolling.conftest import Table

KEYED = "PARTITION BY k, on_time => DESCRIPTOR(event_time)"
COUNT = 5_000
WINDOWS = {"10s": 10_000, "10min": 600_000, "2h": 7_200_000}
"""At a row a second: windows of ten rows, of a few blocks, and of more blocks than one tile sums up."""
MEASURES = ("count", "n_sum", "n_min", "n_max", "n_distinct", "since_last")
AGGREGATES = "count, sum(n), min(n), max(n), distinct(n), since_last"
COLUMNS = ", ".join(f"{measure}_{window}" for window in WINDOWS for measure in MEASURES)


def stream(*, shuffled: bool) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Times and numbers of one key, with a pause of an hour; shuffled: one in ten comes up to ten minutes late."""
    random = np.random.default_rng(3)
    times = 1_600_000_000_000 + np.cumsum(random.integers(0, 2_000, COUNT))
    times[COUNT // 2 :] += 3_600_000
    if shuffled:
        times -= np.where(random.random(COUNT) < 0.1, random.integers(0, 600_000, COUNT), 0)
    return times, random.integers(-500, 500, COUNT)


def expected(times: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64], row: int) -> list[Any]:
    results: list[Any] = []
    for length in WINDOWS.values():
        inside = (times[: row + 1] > times[row] - length) & (times[: row + 1] <= times[row])
        values = numbers[: row + 1][inside]
        others = times[:row][inside[:row]]
        since = int(times[row] - others.max()) if len(others) else None
        results += [len(values), values.sum(), values.min(), values.max(), len(np.unique(values)), since]
    return results


@pytest.mark.parametrize(
    ("backend", "shuffled"), [("hashmap", True), ("rocksdb", True), ("rocksdb", False), ("forst", False)]
)
def test_a_key_of_many_rows_is_counted_exactly(
    make_table: Callable[..., Table], backend: str, shuffled: bool
) -> None:
    times, numbers = stream(shuffled=shuffled)
    table = make_table(**{"state.backend.type": backend})
    table.write((row, 1, times[row], None, None, numbers[row], None, None) for row in range(COUNT))
    call = f"{KEYED}, aggregates => '{AGGREGATES}', windows => '{', '.join(WINDOWS)}'"
    found = table.by_id(
        f"SELECT id, {COLUMNS} FROM rolling(input => TABLE `rows` {call}) WHERE MOD(id, 7) = 0"
    )
    sample = range(0, COUNT, 7)
    assert {row: list(found[row]) for row in sample} == {row: expected(times, numbers, row) for row in sample}


def test_doubles_do_not_drift(make_table: Callable[..., Table]) -> None:
    """After 100,000 rows of every magnitude have come and gone, the sum is the one nearest to the rows left."""
    random = np.random.default_rng(5)
    values = random.normal(size=100_000) * 10.0 ** random.integers(-12, 17, 100_000)
    table = make_table()
    table.write(
        (row, 1, row * 1_000, None, repr(float(value)), None, None, None) for row, value in enumerate(values)
    )
    call = f"{KEYED}, aggregates => 'sum(x), avg(x), stddev(x)', windows => '300s'"
    query = f"SELECT id, x_sum_300s, x_avg_300s, x_stddev_300s FROM rolling(input => TABLE `rows` {call})"
    found = table.by_id(f"{query} WHERE MOD(id, 997) = 0 AND id > 300")
    sums = {row: math.fsum(values[row - 299 : row + 1]) for row in found}
    assert {row: results[:2] for row, results in found.items()} == {
        row: (total, total / 300) for row, total in sums.items()
    }
    assert {row: results[2] for row, results in found.items()} == {
        row: pytest.approx(np.std(values[row - 299 : row + 1], ddof=1), rel=1e-9) for row in found
    }


def test_money_is_added_exactly_beyond_the_digits_of_a_double(make_table: Callable[..., Table]) -> None:
    table = make_table()
    largest = "9999999999999999.99"
    table.write((row, 1, row, largest if row % 2 else "0.01", None, None, None, None) for row in range(200))
    call = f"{KEYED}, aggregates => 'sum(cents)', windows => '1h'"
    found = table.query(f"SELECT cents_sum_1h FROM rolling(input => TABLE `rows` {call})")
    assert str(found[-1][0]) == "1000000000000000000.00"


def test_a_sum_that_bigint_can_not_hold_stops_the_job_and_says_so(make_table: Callable[..., Table]) -> None:
    table = make_table(**{"restart-strategy.type": "none"})
    table.write((row, 1, row, None, None, 2**62, None, None) for row in range(4))
    call = f"{KEYED}, aggregates => 'sum(n)', windows => '1h'"
    with pytest.raises(Exception, match=r"sum\(n\) = 9223372036854775808 is outside BIGINT"):
        table.query(f"SELECT id, n_sum_1h FROM rolling(input => TABLE `rows` {call})")
