"""The features of all rows, computed from their declaration with DuckDB and NumPy: without Flink, without the views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from headrace.errors import HeadraceError
from headrace.parity.aggregates import aggregate
from headrace.parity.columns import read, read_values
from headrace.parity.declaration import milliseconds
from headrace.parity.timeline import Timeline
from headrace.tables.database import name

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from headrace.parity.declaration import Declaration, Window
    from headrace.parity.timeline import Slices
    from headrace.tables.contract import Table

ROWS = "declared_rows"


class _Axis(NamedTuple):
    """Events on their line, and the rows that look at them.

    Attributes:
        line: the events.
        keys: of the rows, numbered as those of the events.
        times: of the rows, in milliseconds.
    """

    line: Timeline
    keys: NDArray[np.int64]
    times: NDArray[np.int64]


def compute(connection: duckdb.DuckDBPyConnection, declaration: Declaration, contract: Table) -> pa.Table:
    """The features that are due, one row an event, in the order of the key.

    Args:
        connection: has the tables that the declaration names; gets a view of the rows.
        declaration: what the features are meant to be.
        contract: the table whose columns they are.

    Raises:
        HeadraceError: when declaration and contract do not name the same features, or a value is no number.
    """
    _create_rows(connection, declaration)
    _require_columns(connection, declaration, contract)
    types = {column.name: column.duckdb_type for column in contract.columns}
    oracle = Oracle(connection, declaration)
    table = oracle.row_columns({each: types[each] for each in types if each not in oracle.features})
    for feature in oracle.features:
        kind = connection.sql(f"SELECT CAST(NULL AS {types[feature]})").to_arrow_table().schema.types[0]
        table = table.append_column(feature, pa.array(oracle.feature(feature), kind))
    return table.select([*types])


class Oracle:
    """Computes one feature after the other; events that several of them share are read once.

    Args:
        connection: has the tables, and the view of the rows.
        declaration: what the features are meant to be.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, declaration: Declaration) -> None:
        self._connection, self._rows = connection, declaration.rows
        self._axes: dict[tuple[str, str, str], _Axis] = {}
        self.features = {
            feature: (window, length)
            for window in declaration.windows
            for feature, length in window.features().items()
        }

    def row_columns(self, types: dict[str, str]) -> pa.Table:
        """Features of the row alone, and what else the row has, in the order of the key."""
        expressions = self._rows.columns
        selected = ", ".join(
            f"CAST({expressions.get(each, name(each))} AS {kind}) AS {name(each)}"
            for each, kind in types.items()
        )
        query = f"SELECT {selected} FROM {ROWS} ORDER BY {name(self._rows.key)}"  # noqa: S608 -- names are the contract's, expressions the suite's own
        return self._connection.sql(query).to_arrow_table()

    def feature(self, feature: str) -> Any:
        """A feature over a window, in the order of the rows' key."""
        window, length = self.features[feature]
        axis = self._axis(window)
        order = "" if window.of else self._rows.key
        values = read_values(self._connection, window.of or ROWS, window.value, order, window.aggregate)
        line = axis.line.sorted
        values = type(values)(values.numbers[line], values.known[line], values.scale)
        return aggregate(window.aggregate, values, _slices(axis, window, length), window.empty)

    def _axis(self, window: Window) -> _Axis:
        wanted = (window.of, window.by, window.time)
        if wanted not in self._axes:
            self._axes[wanted] = self._read_axis(window)
        return self._axes[wanted]

    def _read_axis(self, window: Window) -> _Axis:
        rows = self._rows
        keys, times = self._entities(ROWS, window.by, rows.time, rows.key)
        if not window.of:
            numbers = _numbered(keys)
            return _Axis(Timeline(numbers, times, np.arange(len(times))), numbers, times)
        other_keys, other_times = self._entities(window.of, window.by, window.time or rows.time, "")
        numbers = _numbered(pa.chunked_array([*other_keys.chunks, *keys.chunks], keys.type))
        line = Timeline(numbers[: len(other_keys)], other_times, np.arange(len(other_times)))
        return _Axis(line, numbers[len(other_keys) :], times)

    def _entities(self, table: str, by: str, time: str, order: str) -> tuple[Any, NDArray[np.int64]]:
        found = read(self._connection, table, [name(by), f"epoch_ms({name(time)})"], order)
        if found["c1"].null_count:
            raise HeadraceError(f"{table} has rows without {time}", "A row without time is in no window.")
        return found["c0"], found["c1"].to_numpy()


def _slices(axis: _Axis, window: Window, length: int) -> Slices:
    delay = milliseconds(window.delay)
    if not window.of:
        return axis.line.own(length, delay)
    return axis.line.seen_from(axis.keys, axis.times, length, delay, equals=window.ties == "before")


def _numbered(keys: Any) -> NDArray[np.int64]:
    """Keys as numbers from 0 on, -1 for NULL."""
    found: NDArray[np.int64] = (
        keys.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)
    )
    return found


def _create_rows(connection: duckdb.DuckDBPyConnection, declaration: Declaration) -> None:
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM {name(table)}" for table in declaration.rows.tables)  # noqa: S608 -- names are the suite's own
    connection.execute(f"CREATE OR REPLACE VIEW {ROWS} AS {union}")


def _require_columns(
    connection: duckdb.DuckDBPyConnection, declaration: Declaration, contract: Table
) -> None:
    """Refuse features that only the declaration or only the contract knows."""
    declared = [
        *declaration.rows.columns,
        *(each for window in declaration.windows for each in window.features()),
    ]
    unknown = [each for each in declared if each not in contract.column_names]
    given = connection.sql(f"FROM {ROWS}").columns
    missing = [each for each in contract.column_names if each not in {*declared, *given}]
    if unknown or missing:
        raise HeadraceError(
            f"declaration and contract {declaration.contract} differ: "
            f"only declared: {', '.join(unknown) or 'none'}; only in the contract: {', '.join(missing) or 'none'}",
            "Each column of the contract is a column of the rows or is declared once.",
        )
