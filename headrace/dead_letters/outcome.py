"""What a replay's job made of the messages that were sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.dead_letters.letter import INFERENCE, Letter
from headrace.dead_letters.replayed import ACCEPTED, ALREADY_THERE, REFUSED
from headrace.errors import HeadraceError
from headrace.tables.database import add_views, name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from headrace.dead_letters.parts import Parts
    from headrace.dead_letters.selection import Key, Message
    from headrace.tables.contract import Table

SCHEMA = "outputs"
"""The schema in which the tables that the replay's job wrote are seen."""


@dataclass(frozen=True)
class Verdict:
    """What became of one letter.

    Attributes:
        letter: the letter.
        outcome: accepted, already there or refused.
        refused_as: the reason, when it was refused again.
        detail: what exactly was wrong, when it was refused again.
    """

    letter: Letter
    outcome: str
    refused_as: str | None = None
    detail: str | None = None


def read_refusals(connection: duckdb.DuckDBPyConnection, parts: Parts, folder: Path) -> list[Letter]:
    """What the replay's job refused; makes all that it wrote visible in the schema ``outputs``.

    Args:
        connection: from ``open_dead_letters``, on the data folder.
        parts: the job's tables.
        folder: the replay's folder.
    """
    add_views(connection, [*parts.sinks, parts.dead], folder, SCHEMA)
    columns = "reason, stage, detail, payload, arrived_at, source, source_offset"
    found = connection.execute(f"SELECT {columns} FROM {SCHEMA}.{name(parts.dead.name)}")  # noqa: S608 -- constants
    return [Letter(*row) for row in found.fetchall()]


def require_balance(
    connection: duckdb.DuckDBPyConnection, parts: Parts, sent: int, refusals: Sequence[Letter]
) -> None:
    """Compare messages in with rows out.

    Raises:
        HeadraceError: when the job did not account for every message.
    """
    query = f"SELECT count(*) FROM {SCHEMA}.{name(parts.accepted.name)}"  # noqa: S608 -- a quoted name
    accepted = next(iter(connection.execute(query).fetchall()))[0]
    refused = sum(letter.stage != INFERENCE for letter in refusals)
    if accepted + refused != sent:
        raise HeadraceError(
            f"the job got {sent} messages and accounts for {accepted} accepted and {refused} refused",
            "Nothing was moved. A message must end in one of the two tables: check the pipeline.",
        )


def moved_keys(connection: duckdb.DuckDBPyConnection, parts: Parts) -> set[Key]:
    """Keys of the events of which at least one table gets a row that it did not have."""
    tables = [table for table in parts.sinks if table.key == parts.accepted.key]
    columns = ", ".join(map(name, parts.accepted.key))
    query = " UNION ".join(f"SELECT {columns} FROM ({new_rows(table)})" for table in tables)  # noqa: S608 -- names, quoted
    return {tuple(row) for row in connection.execute(query).fetchall()}


def new_rows(table: Table) -> str:
    """A query for the rows of the job's output whose key the data folder's table does not hold."""
    quoted = name(table.name)
    return f"SELECT * FROM {SCHEMA}.{quoted} ANTI JOIN {quoted} USING ({', '.join(map(name, table.key))})"  # noqa: S608 -- names, quoted


def judge(
    messages: Sequence[Message], refusals: Sequence[Letter], moved: Collection[Key]
) -> Iterator[Verdict]:
    """The verdict on each letter that was sent.

    A message that was refused while another one with its key went through is already there.

    Args:
        messages: what was sent.
        refusals: what was refused again.
        moved: as :func:`moved_keys` gives it.
    """
    refused = {letter.identity: letter for letter in refusals}
    for message in messages:
        again = refused.get(message.identity)
        arrived = message.key in moved
        if again is None:
            outcome = ACCEPTED if arrived or message.key is None else ALREADY_THERE
        else:
            outcome = ALREADY_THERE if arrived else REFUSED
        said = (again.reason, again.detail) if again and outcome == REFUSED else (None, None)
        yield from (Verdict(letter, outcome, *said) for letter in message.letters)


def refused_reasons(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Letters that were refused again by their new reason, the commonest first."""
    counts = Counter(verdict.refused_as or "" for verdict in verdicts if verdict.outcome == REFUSED)
    return dict(counts.most_common())
