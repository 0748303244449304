"""The tables that a replay reads, in a folder of its own: the chosen messages, and all that was known before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.dead_letters.lines import write_lines
from headrace.dead_letters.selection import write_keys
from headrace.tables.database import name, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from headrace.dead_letters.parts import Parts
    from headrace.dead_letters.selection import Message
    from headrace.tables.contract import Table


def write_inputs(
    connection: duckdb.DuckDBPyConnection, parts: Parts, messages: Sequence[Message], folder: Path, file: str
) -> None:
    """Write a replay's sources.

    The raw log holds the messages in their order. Every other source is one file in order of its own time, since rows
    of several files would be late to each other. The history is the history and all that was accepted, but for events
    that are sent again because their prediction is missing.

    Args:
        connection: from ``open_dead_letters``.
        parts: the job's tables.
        messages: what is sent.
        folder: the replay's folder, which stands for the data folder while the job runs.
        file: name of the file in each table's folder.
    """
    write_lines(folder / parts.raw.name / file, _records(messages))
    write_keys(connection, parts.accepted, _resent(messages), "sent_keys")
    for table in parts.sources:
        rows = _with_accepted(parts) if table == parts.history else f"SELECT * FROM {name(table.name)}"  # noqa: S608 -- a quoted name
        write_rows(connection, f"{rows}{_in_order(table)}", table.columns, folder / table.name / file)


def _records(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        letter = message.letters[0]
        yield {
            "payload": message.payload,
            "arrived_at": letter.arrived_at,
            "source": letter.source,
            "source_offset": letter.source_offset,
        }


def _resent(messages: Sequence[Message]) -> list[tuple[Any, ...]]:
    return [message.key for message in messages if message.scored_before and message.key]


def _with_accepted(parts: Parts) -> str:
    tables = [parts.accepted, *([parts.history] if parts.history else [])]
    everything = " UNION ALL BY NAME ".join(f"SELECT * FROM {name(table.name)}" for table in tables)  # noqa: S608 -- names, quoted
    keys = ", ".join(map(name, parts.accepted.key))
    return f"SELECT * FROM ({everything}) ANTI JOIN sent_keys USING ({keys})"  # noqa: S608 -- as above


def _in_order(table: Table) -> str:
    return f" ORDER BY {name(table.time)}" if table.time in table.column_names else ""
