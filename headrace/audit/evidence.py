"""What the tables of a data folder say of one event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.audit.result import AuditError, Features, Truth
from headrace.dead_letters.journal import void_replays
from headrace.dead_letters.letter import TABLE, open_dead_letters, read_letters
from headrace.tables.database import name, open_tables, text
from headrace.tables.query import ask
from headrace.training.labels import FEATURES, LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from headrace.audit.result import Columns
    from headrace.dead_letters.letter import Letter
    from headrace.tables.contract import Table

PREDICTIONS = "predictions"
"""Name of the contract that predictions are kept under, in every use case."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """An event, and the tables in which it may stand.

    Args:
        connection: sees the tables.
        tables: those of the use case, by name.
        key: column that names an event.
        value: its key, as text.
    """

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Table]
    key: str
    value: str

    def rows(self, table: str, selected: Sequence[str], after: str = "") -> list[Row]:
        """The rows of a table that are the event's.

        Raises:
            QueryError: a file of the table can not be read.
        """
        of_it = f"CAST({name(self.key)} AS VARCHAR) = {text(self.value)}"
        query = f"SELECT {', '.join(selected)} FROM {name(table)} WHERE {of_it} {after}"  # noqa: S608 -- quoted
        answer = ask(self.connection, query)
        return [dict(zip(answer.columns, row)) for row in answer.rows]


def open_event(tables: Mapping[str, Table], data: Path, value: str) -> Event:
    """The event of a key, in the tables of a data folder.

    Raises:
        AuditError: the use case makes no predictions, or names them by several columns.
        HeadraceError: there is no such folder.
    """
    key = tables[PREDICTIONS].key if PREDICTIONS in tables else ()
    if len(key) != 1:
        raise AuditError(
            f"expected a contract {PREDICTIONS} with one column as its key, found {', '.join(key) or 'none'}",
            "Only a use case that makes predictions can be audited.",
        )
    connection = (
        open_dead_letters(tables, data, void_replays(data))
        if TABLE in tables
        else open_tables(tables.values(), data)
    )
    return Event(connection, tables, key[0], value)


def predictions(event: Event) -> list[tuple[Row, int]]:
    """The predictions of an event that differ, each with how often it stands there."""
    columns = [name(each) for each in event.tables[PREDICTIONS].column_names]
    rows = event.rows(PREDICTIONS, [*columns, "count(*) AS __times"], "GROUP BY ALL ORDER BY ALL")
    return [({each: row[each] for each in row if each != "__times"}, row["__times"]) for row in rows]


def letters(event: Event) -> list[Letter]:
    """The dead letters whose message names the event by its key, also those that are not JSON all through."""
    if TABLE not in event.tables:
        return []
    named = re.compile(rf'"{re.escape(event.key)}"\s*:\s*"?{re.escape(event.value)}"?(?![\w.])')
    return [letter for letter in read_letters(event.connection) if named.search(letter.text)]


def tables_with(event: Event) -> list[str]:
    """Names of the tables in which the event stands."""
    keyed = [each for each, table in event.tables.items() if event.key in table.column_names]
    return [each for each in sorted(keyed) if event.rows(each, ["1"], "LIMIT 1")]


def features(event: Event, columns: Columns) -> Features:
    """What the model saw of an event: from the table that the live job wrote, else from the one computed later.

    Raises:
        AuditError: it stands in none of the tables that have all features, or differently in one.
    """
    tables = list(_with_features(event, columns))
    for table in tables:
        found = _features_of(event, table, columns)
        if found:
            return found
    names = " or ".join(table.name for table in tables)
    raise AuditError(
        f"{event.key} {event.value} is not in {names}" if tables else "no table has all features of the model"
    )


def truth(event: Event, label: str) -> Truth:
    """The label of an event; of several, the one that was known last.

    Raises:
        AuditError: there is no such table or column, or no label of the event.
    """
    table = event.tables.get(LABELS)
    if table is None or label not in table.column_names:
        raise AuditError(f"there is no contract {LABELS} with a column {label}")
    known = name(table.time) if table.time else "NULL"
    selected = [f"CAST({name(label)} AS INTEGER) AS label", f"{known} AS known_at"]
    found = event.rows(LABELS, selected, "ORDER BY known_at DESC NULLS LAST LIMIT 1")
    if not found:
        raise AuditError(f"no label of {event.key} {event.value} is known: it is not in {LABELS}")
    return Truth(label, **found[0])


def _with_features(event: Event, columns: Columns) -> Iterator[Table]:
    """The tables that have all features; the one that is computed later comes last."""
    wanted = {event.key, *(each.name for each in columns.features)}
    for table in sorted(event.tables.values(), key=lambda each: (each.name == FEATURES, each.name)):
        if wanted <= {*table.column_names}:
            yield table


def _features_of(event: Event, table: Table, columns: Columns) -> Features | None:
    shared = [each.name for each in table.columns if each in event.tables[PREDICTIONS].columns]
    selected = [
        *(f"{name(each)} AS {name('__' + each)}" for each in shared),
        *(f"CAST({name(each.name)} AS {each.type}) AS {name(each.name)}" for each in columns.features),
    ]
    found = event.rows(table.name, selected, "GROUP BY ALL LIMIT 2")
    if len(found) > 1:
        raise AuditError(f"{event.key} {event.value} stands in {table.name} with different values")
    if not found:
        return None
    values = {each.name: found[0][each.name] for each in columns.features}
    row = {each: found[0][f"__{each}"] for each in shared}
    return Features(table.name, values, row, computed_again=table.name == FEATURES)
