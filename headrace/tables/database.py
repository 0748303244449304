"""The tables of a data folder as DuckDB views, and rows written the way Flink's JSON format reads them."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

import duckdb

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headrace.tables.contract import Column, Table

_HIDDEN = (".", "_")


def table_files(folder: Path) -> list[Path]:
    """The files of a table that are finished, sorted.

    A name that starts with ``.`` or ``_`` is a file in progress or none of the table's; Flink's file source leaves
    it out as well.
    """
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not _is_hidden(path.relative_to(folder)))


def lines_of(path: Path) -> int:
    """How many lines a file has."""
    with path.open("rb") as content:
        return sum(block.count(b"\n") for block in iter(lambda: content.read(1 << 20), b""))


def connect() -> duckdb.DuckDBPyConnection:
    """An empty in-memory database whose clock is UTC."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def open_tables(tables: Iterable[Table], data: Path) -> duckdb.DuckDBPyConnection:
    r"""A database with one view a table, over the files that are there now.

    BYTES columns, base64 in the files, are BLOBs; each has a neighbour ``<name>_text`` for people: the text if it is
    UTF-8, otherwise ASCII with every other byte as ``\xFF``. A table without files has its columns and no rows.

    Args:
        tables: which tables.
        data: the folder that holds a folder a table.

    Raises:
        HeadraceError: when there is no such folder.
    """
    if not data.is_dir():
        raise HeadraceError(
            f"there is no data folder {data}", "Make one with headrace demo, or choose one with --data."
        )
    connection = connect()
    add_views(connection, tables, data)
    return connection


def add_views(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[Table], data: Path, schema: str = "main"
) -> None:
    """Add one view a table to a database, as :func:`open_tables`, in a schema that is made if missing."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in tables:
        columns = ", ".join(_selected(column) for column in table.columns)
        rows = _rows(table, table_files(data / table.name))
        connection.execute(f"CREATE VIEW {schema}.{name(table.name)} AS SELECT {columns} FROM {rows}")  # noqa: S608 -- names are checked as SQL identifiers by the contract reader, paths are quoted


def write_rows(
    connection: duckdb.DuckDBPyConnection, query: str, columns: Iterable[Column], path: Path
) -> None:
    """Write the rows of a query as JSON lines, in the query's order, as Flink's JSON format reads them.

    Times become ISO 8601 in UTC with milliseconds, bytes base64; columns of the query that are not named are left out.

    Args:
        connection: where the query runs.
        query: a SELECT that has the columns.
        columns: which columns, with their types.
        path: the file; its folder is made, an existing file is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = ", ".join(_written(column) for column in columns)
    connection.execute(f"COPY (SELECT {written} FROM ({query})) TO {text(str(path))} (FORMAT json)")  # noqa: S608 -- as above


def name(identifier: str) -> str:
    """An identifier quoted for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(_HIDDEN) for part in path.parts)


def _selected(column: Column) -> str:
    if column.duckdb_type != "BLOB":
        return name(column.name)
    value = f"from_base64({name(column.name)})"
    escaped = f"replace(replace(CAST({value} AS VARCHAR), '\\x22', chr(34)), '\\x27', chr(39))"
    readable = f"COALESCE(TRY(decode({value})), {escaped})"
    return f"{value} AS {name(column.name)}, {readable} AS {name(column.name + '_text')}"


def _written(column: Column) -> str:
    quoted = name(column.name)
    if column.duckdb_type == "BLOB":
        return f"base64({quoted}) AS {quoted}"
    if column.duckdb_type == "TIMESTAMPTZ":
        return f"strftime({quoted}, '%Y-%m-%dT%H:%M:%S.%gZ') AS {quoted}"
    if column.duckdb_type == "TIMESTAMP":
        return f"strftime({quoted}, '%Y-%m-%dT%H:%M:%S.%g') AS {quoted}"
    return quoted


def _rows(table: Table, files: list[Path]) -> str:
    types = {column.name: column.duckdb_type.replace("BLOB", "VARCHAR") for column in table.columns}
    if not files:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {name(column)}" for column, kind in types.items())
        return f"(SELECT {nulls} WHERE FALSE)"
    paths = ", ".join(text(glob.escape(str(path))) for path in files)
    columns = ", ".join(f"{text(column)}: {text(kind)}" for column, kind in types.items())
    return f"read_json([{paths}], format = 'newline_delimited', columns = {{{columns}}})"
