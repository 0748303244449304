"""What a replay adds to the data folder, written whole before anything is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.dead_letters.lines import write_lines
from headrace.dead_letters.outcome import new_rows
from headrace.dead_letters.replayed import REPLAYED
from headrace.tables.database import name, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from headrace.dead_letters.letter import Letter
    from headrace.dead_letters.outcome import Verdict
    from headrace.dead_letters.parts import Parts
    from headrace.tables.contract import Table


def write_new_rows(
    connection: duckdb.DuckDBPyConnection, parts: Parts, outbox: Path, file: str
) -> dict[str, int]:
    """Write, for each table of the job but the dead letters, the rows whose key is not in the data folder.

    Args:
        connection: sees both, as ``read_refusals`` leaves it.
        parts: the job's tables.
        outbox: gets a folder a table; none for a table without new rows.
        file: name of the file in each.

    Returns:
        Rows by table, tables without new rows left out.
    """
    counts = {table: _count(connection, new_rows(table)) for table in parts.sinks}
    for table, count in counts.items():
        if count:
            query = f"{new_rows(table)} ORDER BY {', '.join(map(name, table.key))}"
            write_rows(connection, query, table.columns, outbox / table.name / file)
    return {table.name: count for table, count in counts.items() if count}


def write_new_letters(letters: Sequence[Letter], dead: Table, outbox: Path, file: str) -> dict[str, int]:
    """Write dead letters that came up in the replay: events that were accepted, but that the model failed on.

    Returns:
        Rows by table; empty when there are no letters.
    """
    if not letters:
        return {}
    rows = ({column: getattr(letter, column) for column in dead.column_names} for letter in letters)
    return {dead.name: write_lines(outbox / dead.name / file, rows)}


def write_verdicts(
    verdicts: Iterable[Verdict], number: int, replayed_at: datetime, outbox: Path, file: str
) -> None:
    """Write the rows of ``dead_letters_replayed``.

    Args:
        verdicts: one a letter.
        number: the replay's.
        replayed_at: when, UTC.
        outbox: gets the folder ``dead_letters_replayed``.
        file: name of the file in it.
    """
    fixed = {"replay": number, "replayed_at": replayed_at}
    rows = ({**_row(verdict), **fixed} for verdict in verdicts)
    write_lines(outbox / REPLAYED.name / file, rows)


def _row(verdict: Verdict) -> dict[str, Any]:
    source, offset, digest = verdict.letter.identity
    return {
        "reason": verdict.letter.reason,
        "stage": verdict.letter.stage,
        "source": source,
        "source_offset": offset,
        "payload_sha256": digest,
        "outcome": verdict.outcome,
        "refused_as": verdict.refused_as,
        "detail": verdict.detail,
    }


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])  # noqa: S608 -- our own query
