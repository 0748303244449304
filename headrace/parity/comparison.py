"""Two tables of features, row by row and column by column."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Union

from pydantic import BaseModel, ConfigDict

from headrace.tables.database import name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from headrace.tables.contract import Table

EXAMPLES = 5
_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "DOUBLE", "FLOAT", "DECIMAL")


class ColumnDifference(BaseModel):
    """How much one column differs.

    Attributes:
        column: its name.
        rows: how many rows differ in it, beyond what is tolerated.
        largest: the largest absolute difference of all rows, tolerated ones included; None where it is no number.
        examples: keys of some rows that differ.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    rows: int
    largest: Union[int, float, None] = None
    examples: list[Union[int, str]] = []


class Comparison(BaseModel):
    """Two tables of features, compared.

    Attributes:
        left: what is compared.
        right: with what.
        rows: rows with the same key on both sides.
        only_left: rows whose key is missing on the right.
        only_right: rows whose key is missing on the left.
        repeated: rows beyond the first of a key, both sides together.
        columns: one a column but the key.
    """

    model_config = ConfigDict(frozen=True)

    left: str
    right: str
    rows: int
    only_left: int
    only_right: int
    repeated: int
    columns: list[ColumnDifference]

    @property
    def differing(self) -> list[ColumnDifference]:
        """Columns that differ in some row."""
        return [each for each in self.columns if each.rows]

    @property
    def holds(self) -> bool:
        """Whether both have the same rows, each once, with the same values."""
        return not (self.only_left or self.only_right or self.repeated or self.differing) and self.rows > 0


def compare(
    connection: duckdb.DuckDBPyConnection,
    contract: Table,
    key: str,
    names: Mapping[str, str],
    tolerances: Mapping[str, float],
) -> Comparison:
    """Compare two tables that have the columns of a contract.

    Two values are the same when neither, or both, are NULL or NaN, and they differ by no more than is tolerated: by
    nothing unless said.

    Args:
        connection: has both tables.
        contract: whose columns are compared.
        key: the column that names a row.
        names: two tables, by what they are called in the outcome: left, then right.
        tolerances: absolute differences that are no difference, by column.
    """
    (left, left_table), (right, right_table) = names.items()
    columns = [column.name for column in contract.columns if column.name != key]
    numeric = {column.name for column in contract.columns if column.duckdb_type.startswith(_NUMBERS)}
    measured = [
        part for each in columns for part in _measures(each, each in numeric, tolerances.get(each, 0.0), key)
    ]
    both = f"{name(left_table)} AS l FULL JOIN {name(right_table)} AS r ON l.{name(key)} = r.{name(key)}"
    found = _row(connection, f"SELECT {', '.join([*_presence(key), *measured])} FROM {both}")  # noqa: S608 -- names are the contract's
    differences = [
        ColumnDifference(
            column=each, rows=found[3 + 3 * n], largest=found[4 + 3 * n], examples=found[5 + 3 * n] or []
        )
        for n, each in enumerate(columns)
    ]
    repeated = sum(_repeated(connection, table, key) for table in (left_table, right_table))
    return Comparison(
        left=left,
        right=right,
        rows=found[0],
        only_left=found[1],
        only_right=found[2],
        repeated=repeated,
        columns=differences,
    )


def _presence(key: str) -> list[str]:
    left, right = f"l.{name(key)}", f"r.{name(key)}"
    return [
        f"count({left} = {right} OR NULL)",
        f"count(CASE WHEN {right} IS NULL THEN 1 END)",
        f"count(CASE WHEN {left} IS NULL THEN 1 END)",
    ]


def _measures(column: str, is_number: bool, tolerance: float, key: str) -> list[str]:
    """How many rows differ in a column, by how much at most, and some of them."""
    left, right = f"l.{name(column)}", f"r.{name(column)}"
    there = f"l.{name(key)} = r.{name(key)}"
    differs = f"{left} IS DISTINCT FROM {right}"
    apart = f"abs({left} - {right})"
    if tolerance:
        differs = f"({differs} AND ({apart} <= {tolerance!r}) IS NOT TRUE)"
    largest = (
        f"COALESCE(max({apart}) FILTER (WHERE {left} IS DISTINCT FROM {right}), 0)" if is_number else "NULL"
    )
    chosen = f"min(l.{name(key)}, {EXAMPLES}) FILTER (WHERE {there} AND {differs})"
    return [f"count(*) FILTER (WHERE {there} AND {differs})", largest, chosen]


def _repeated(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> int:
    query = f"SELECT count(*) - count(DISTINCT {name(key)}) FROM {name(table)}"  # noqa: S608 -- as above
    return int(_row(connection, query)[0])


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> Sequence[Any]:
    found = connection.execute(query).fetchone()
    return found or ()


def fingerprint(connection: duckdb.DuckDBPyConnection, contract: Table, key: str, table: str) -> str:
    """SHA-256 of the rows as text: one line a row in the order of the key, values separated by commas, times in UTC.

    Args:
        connection: has the table.
        contract: whose columns are taken, in its order.
        key: the column to sort by.
        table: which table.
    """
    values = ", ".join(
        f"COALESCE(CAST({name(column.name)} AS VARCHAR), 'NULL')" for column in contract.columns
    )
    query = f"SELECT concat_ws(',', {values}) || chr(10) FROM {name(table)} ORDER BY {name(key)}"  # noqa: S608 -- as above
    digest = hashlib.sha256()
    cursor = connection.execute(query)
    while lines := cursor.fetchmany(100_000):
        digest.update("".join(line for (line,) in lines).encode())
    return digest.hexdigest()
