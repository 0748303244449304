"""What counts as a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.parity.comparison import Comparison, compare, fingerprint
from headrace.tables.contract import Column, Table
from headrace.tables.database import connect

if TYPE_CHECKING:
    import duckdb

CONTRACT = Table("t", (Column("id", "BIGINT"), Column("x", "DOUBLE"), Column("word", "STRING")), ("id",))
ROWS = "(1, 0.5, 'a'), (2, NULL, NULL), (3, 'NaN', 'c')"


def tables(left: str, right: str) -> duckdb.DuckDBPyConnection:
    connection = connect()
    for table, rows in (("l_rows", left), ("r_rows", right)):
        connection.execute(f"CREATE TABLE {table} (id BIGINT, x DOUBLE, word VARCHAR)")
        connection.execute(f"INSERT INTO {table} VALUES {rows}")  # noqa: S608 -- rows of this file
    return connection


def compared(left: str, right: str, **tolerances: float) -> Comparison:
    with tables(left, right) as connection:
        return compare(connection, CONTRACT, "id", {"left": "l_rows", "right": "r_rows"}, tolerances)


def test_the_same_rows_in_another_order_are_the_same_null_and_nan_too() -> None:
    found = compared(ROWS, "(3, 'NaN', 'c'), (2, NULL, NULL), (1, 0.5, 'a')")
    assert (found.holds, found.rows, found.differing) == (True, 3, [])


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        ("(1, 0.5, 'a'), (2, NULL, NULL)", {"rows": 2, "only_left": 1}),
        (ROWS + ", (4, 1, 'd')", {"only_right": 1}),
        (ROWS + ", (3, 'NaN', 'c')", {"repeated": 1}),
    ],
)
def test_rows_that_are_missing_or_repeated_are_counted(rows: str, counted: dict[str, int]) -> None:
    found = compared(ROWS, rows)
    assert not found.holds
    assert {name: getattr(found, name) for name in counted} == counted


@pytest.mark.parametrize(
    ("row", "column", "largest"),
    [
        ("(1, 0.75, 'a')", "x", 0.25),
        ("(1, 0.5000000000000001, 'a')", "x", pytest.approx(1.1e-16, rel=0.1)),
        ("(1, NULL, 'a')", "x", 0),
        ("(1, 0.5, 'b')", "word", None),
        ("(1, 0.5, NULL)", "word", None),
    ],
)
def test_a_value_that_differs_in_its_last_bit_differs(row: str, column: str, largest: Any) -> None:
    found = compared(ROWS, f"{row}, (2, NULL, NULL), (3, 'NaN', 'c')")
    assert [(each.column, each.rows, each.examples) for each in found.differing] == [(column, 1, [1])]
    assert found.differing[0].largest == largest


def test_what_is_tolerated_is_said_but_is_no_difference() -> None:
    close = "(1, 0.75, 'a'), (2, NULL, NULL), (3, 'NaN', 'c')"
    found = compared(ROWS, close, x=0.25)
    assert found.holds
    assert found.columns[0].largest == 0.25
    assert not compared(ROWS, close, x=0.2).holds


def test_null_is_never_within_a_tolerance() -> None:
    assert not compared(ROWS, "(1, NULL, 'a'), (2, NULL, NULL), (3, 'NaN', 'c')", x=1e9).holds


def test_a_fingerprint_depends_on_values_and_not_on_the_order_of_rows() -> None:
    other = "(3, 'NaN', 'c'), (2, NULL, NULL), (1, 0.5, 'a')"
    with tables(ROWS, other) as connection:
        same = {fingerprint(connection, CONTRACT, "id", table) for table in ("l_rows", "r_rows")}
        connection.execute("UPDATE r_rows SET x = 0.25 WHERE id = 1")
        changed = fingerprint(connection, CONTRACT, "id", "r_rows")
    assert len(same) == 1
    assert changed not in same
