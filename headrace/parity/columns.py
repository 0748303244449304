"""Columns of tables as arrays: whole numbers as they are, decimals as whole numbers of their last digit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.parity.aggregates import Values
from headrace.tables.database import name

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_DECIMAL = re.compile(r"DECIMAL\(\d+,(\d+)\)")
_WHOLE = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "BOOLEAN")
_FLOATING = ("DOUBLE", "FLOAT")


def read(
    connection: duckdb.DuckDBPyConnection, table: str, expressions: list[str], order: str = ""
) -> pa.Table:
    """Columns of one table, by number: ``c0``, ``c1`` and so on.

    Args:
        connection: has the table.
        table: its name.
        expressions: DuckDB expressions over its rows.
        order: a column to sort by; the order of the table when empty.
    """
    selected = ", ".join(f"{each} AS c{number}" for number, each in enumerate(expressions))
    sorting = f"ORDER BY {name(order)}" if order else ""
    return connection.sql(f"SELECT {selected} FROM {name(table)} {sorting}").to_arrow_table()  # noqa: S608 -- expressions are the suite's own


def read_values(
    connection: duckdb.DuckDBPyConnection, table: str, expression: str, order: str, aggregate: str
) -> Values:
    """The values that an aggregate takes.

    Raises:
        HeadraceError: when they are no numbers and the aggregate is not ``distinct``.
    """
    kind = str(connection.sql(f"SELECT {expression} FROM {name(table)}").types[0])  # noqa: S608 -- as above
    decimal = _DECIMAL.fullmatch(kind)
    if decimal:
        digits = f"replace(CAST({expression} AS VARCHAR), '.', '')"
        return _values(read(connection, table, [f"CAST({digits} AS BIGINT)"], order), int(decimal.group(1)))
    if kind in _WHOLE or kind in _FLOATING:
        wide = "DOUBLE" if kind in _FLOATING else "BIGINT"
        return _values(read(connection, table, [f"CAST({expression} AS {wide})"], order))
    if aggregate == "distinct":
        numbered = f"CASE WHEN {expression} IS NOT NULL THEN dense_rank() OVER (ORDER BY {expression}) END"
        return _values(read(connection, table, [numbered], order))
    raise HeadraceError(f"{aggregate} of {expression} in {table}: expected numbers, found {kind}")


def _values(table: pa.Table, scale: int = 0) -> Values:
    column = table["c0"]
    return Values(column.fill_null(0).to_numpy(), column.is_valid().to_numpy(), scale)
