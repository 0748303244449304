"""Every aggregate of every kind of column is what the reference says, in both orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.flink.rolling.batches import WINDOWS, Row, batches, expected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.flink.rolling.conftest import Table

NUMBERS = ("count", "sum", "avg", "min", "max", "stddev", "last", "since_last", "distinct")
MEASURES = [
    ("count", "*"),
    ("since_last", "*"),
    *((aggregate, column) for column in ("cents", "x", "n") for aggregate in NUMBERS),
    *((aggregate, "s") for aggregate in ("count", "distinct", "since_last")),
    *((aggregate, "b") for aggregate in ("count", "last", "distinct")),
]
SPARSE = [
    (aggregate, "n") for aggregate in ("count", "sum", "avg", "min", "max", "stddev", "last", "since_last")
]
"""Of one column alone: rows where it is NULL are not kept."""
ON_TIME = ", on_time => DESCRIPTOR(event_time)"


def examples(count: int) -> settings:
    """An example is a batch of keys and a job: few, and no shrinking."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=checks,
    )


def names(aggregate: str, column: str) -> list[str]:
    of = "" if column == "*" else f"{column}_"
    return [f"{of}{aggregate}_{window}" for window in WINDOWS]


def query(function: str, arguments: str = "", measures: Sequence[tuple[str, str]] = MEASURES) -> str:
    columns = ", ".join(name for measure in measures for name in names(*measure))
    aggregates = ", ".join(f"{aggregate}({column})" for aggregate, column in measures)
    asked = f"aggregates => '{aggregates}', windows => '{', '.join(WINDOWS)}'{ON_TIME}{arguments}"
    call = f"input => TABLE `rows` PARTITION BY k, {asked}"
    return f"SELECT id, {columns} FROM {function}({call})"  # noqa: S608 -- our own words


def alike(value: Any, wanted: Any, aggregate: str) -> bool:
    if aggregate == "stddev" and wanted is not None:
        return value == pytest.approx(wanted, rel=1e-12, abs=1e-300)
    return bool(value == wanted)


def mismatches(
    found: dict[int, tuple[Any, ...]],
    rows: Sequence[Row],
    delay: int = 0,
    measures: Sequence[tuple[str, str]] = MEASURES,
) -> list[tuple[Any, ...]]:
    """Results that are not what the reference gives for rows taken in this order."""
    assert found.keys() == {row.id for row in rows}
    wrong = []
    for position, (aggregate, column) in enumerate(measures):
        first = position * len(WINDOWS)
        for row, wanted in expected(rows, aggregate, column, delay).items():
            results = found[row][first : first + len(WINDOWS)]
            if not all(alike(value, want, aggregate) for value, want in zip(results, wanted)):
                wrong.append((row, aggregate, column, results, wanted))
    return wrong


@examples(2)
@given(rows=batches(shuffled=True))
def test_on_arrival_a_row_counts_what_has_come_before_it(
    make_table: Callable[..., Table], rows: list[Row]
) -> None:
    table = make_table()
    table.write(rows)
    assert mismatches(table.by_id(query("rolling")), rows) == []


@examples(2)
@given(rows=batches(shuffled=True))
def test_in_order_a_row_counts_what_has_happened_before_it_and_ties_go_by_their_column(
    make_table: Callable[..., Table], rows: list[Row]
) -> None:
    table = make_table()
    table.write(sorted(rows, key=lambda row: (row.t // 5_000, -row.id)))
    found = table.by_id(query("rolling_in_order", ", ties => 'id'"))
    assert mismatches(found, sorted(rows, key=lambda row: (row.t, row.id))) == []


@examples(2)
@given(rows=batches(shuffled=True))
def test_rows_with_nothing_to_aggregate_are_answered_too(
    make_table: Callable[..., Table], rows: list[Row]
) -> None:
    table = make_table()
    table.write(rows)
    assert mismatches(table.by_id(query("rolling", measures=SPARSE)), rows, measures=SPARSE) == []
    found = table.by_id(query("rolling_in_order", ", ties => 'id'", SPARSE))
    assert mismatches(found, sorted(rows, key=lambda row: (row.t, row.id)), measures=SPARSE) == []


@examples(1)
@given(rows=batches(shuffled=False))
def test_order_by_is_event_time_order_too(make_table: Callable[..., Table], rows: list[Row]) -> None:
    table = make_table()
    table.write(reversed(rows))
    ordered = query("rolling").replace("PARTITION BY k", "PARTITION BY k ORDER BY (event_time, id)")
    assert mismatches(table.by_id(ordered), sorted(rows, key=lambda row: (row.t, row.id))) == []


@examples(1)
@given(rows=batches(shuffled=True))
def test_a_delayed_window_ends_before_the_row(make_table: Callable[..., Table], rows: list[Row]) -> None:
    table = make_table()
    table.write(rows)
    assert mismatches(table.by_id(query("rolling", ", delay => '2s'")), rows, delay=2_000) == []
