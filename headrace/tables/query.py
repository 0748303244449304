"""Questions in SQL to the tables of a data folder; nothing is ever written."""

from __future__ import annotations

import glob
import re
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from headrace.errors import HeadraceError
from headrace.tables.database import name, table_files, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from headrace.tables.contract import Table

_CHUNK = 10_000
_STOPPING_SECONDS = 0.05
_ADVICE = re.compile(r"\n\n(?:LINE|Possible solutions)")
_CONFINED = (
    "SET temp_directory = ''",
    "SET memory_limit = '2GB'",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class QueryError(HeadraceError):
    """A query that can not be answered."""


@dataclass(frozen=True)
class Answer:
    """The rows of a query.

    Attributes:
        columns: their names; a name that comes again gets ``_2``, ``_3``, …
        rows: the first rows, as many as were asked for.
        more: how many there are beyond.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    more: int


def confine(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table], data: Path) -> None:
    """Let a database read the files of its tables and nothing else: no other file, no network, no extension.

    Args:
        connection: a database from ``open_tables``.
        tables: its tables.
        data: the folder that holds a folder a table.
    """
    files = [str(path) for table in tables for path in table_files(data / table.name)]
    allowed = ", ".join(text(path) for path in dict.fromkeys([*files, *map(glob.escape, files)]))
    for setting in (f"SET allowed_paths = [{allowed}]", *_CONFINED):
        connection.execute(setting)


def ask(
    connection: duckdb.DuckDBPyConnection, sql: str, limit: int | None = None, timeout: float | None = None
) -> Answer:
    """Run one SELECT; an interrupt of this process stops it, though not within one call of a function.

    DuckDB hears an interrupt between chunks of rows: ``repeat('x', 3_000_000_000)`` is computed to its end first.

    Args:
        connection: a database from ``open_tables``.
        sql: DuckDB SQL; also ``FROM t``, ``DESCRIBE t``, ``SUMMARIZE t``.
        limit: rows to return at most; None for all.
        timeout: seconds it may take; None for as long as it takes.

    Raises:
        QueryError: DuckDB's message about a wrong query with the tables there are; a statement that is no SELECT, or
            more than one; a question that takes too long.
    """
    return _stoppable(connection, lambda: _answered(connection, sql, limit), timeout)


def _stoppable(
    connection: duckdb.DuckDBPyConnection, answered: Callable[[], Answer], timeout: float | None
) -> Answer:
    """The answer, which another thread waits for: DuckDB does not hear an interrupt while it computes."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(answered)
        try:
            if wait([future], timeout).done:
                return future.result()
        finally:
            while not future.done():
                connection.interrupt()
                wait([future], _STOPPING_SECONDS)
    raise QueryError(f"no answer within {timeout:g} s", "Ask for less, or give it more time with --timeout.")


def _answered(connection: duckdb.DuckDBPyConnection, sql: str, limit: int | None) -> Answer:
    try:
        _require_one_select(sql)
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        return Answer(_distinct(names), rows, _rest(cursor))
    except duckdb.Error as error:
        raise QueryError(_sentence(error), f"Tables: {', '.join(_table_names(connection))}.") from error


def overview(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> list[tuple[str, int, str]]:
    """Name, number of rows and columns of each table.

    Raises:
        QueryError: when a file of a table can not be read.
    """
    counted = [(table, f"SELECT count(*) FROM {name(table.name)}") for table in tables]  # noqa: S608 -- a quoted name
    return [
        (table.name, ask(connection, count).rows[0][0], ", ".join(table.column_names))
        for table, count in counted
    ]


def _require_one_select(sql: str) -> None:
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryError(
            "the question is no UTF-8", "Set LC_ALL to C.UTF-8, or another locale with UTF-8."
        ) from error
    kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
    if kinds != ["SELECT"]:
        found = " and ".join(kinds) or "nothing"
        raise QueryError(
            f"expected one SELECT, found {found}", "A query only reads; --json hands its rows on."
        )


def _rest(cursor: duckdb.DuckDBPyConnection) -> int:
    return sum(len(chunk) for chunk in iter(lambda: cursor.fetchmany(_CHUNK), []))


def _distinct(names: list[str]) -> list[str]:
    counts = [names[: position + 1].count(each) for position, each in enumerate(names)]
    return [each if count == 1 else f"{each}_{count}" for each, count in zip(names, counts)]


def _sentence(error: duckdb.Error) -> str:
    """What DuckDB says, without the picture of the query below it, or advice on its settings."""
    return " ".join(_ADVICE.split(str(error), maxsplit=1)[0].split())


def _table_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name")
    return [row[0] for row in found.fetchall()]
