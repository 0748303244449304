"""Which dead letters are sent again, as which messages."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from headrace.dead_letters.letter import INFERENCE
from headrace.dead_letters.replayed import ACCEPTED, RETURNED
from headrace.inbox.letter import STAGE
from headrace.tables.database import name, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from headrace.dead_letters.fix import Fix
    from headrace.dead_letters.letter import Identity, Letter
    from headrace.dead_letters.parts import Parts
    from headrace.tables.contract import Table

Key = tuple[Any, ...]

LEFT_BY_FIX = "left as they are"
NO_MODEL = "the job makes no predictions"
_INTEGER = "-?(0|[1-9][0-9]*)"
_WRITTEN = {
    "INTEGER": _INTEGER,
    "BIGINT": _INTEGER,
    "TIMESTAMPTZ": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)",
}
"""How values of a type are written in messages, see docs/json-values.md; any text for the others."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Message:
    """One record to send, for one letter, or for several whose fixed payloads can not be told apart.

    Attributes:
        payload: its bytes.
        letters: the letters it stands for.
        key: primary key of the event, as the payload claims it; None when it can not be read.
        time: when the event happened, as the payload claims it; None when it can not be read.
    """

    payload: bytes
    letters: tuple[Letter, ...]
    key: Key | None
    time: datetime | None

    @property
    def identity(self) -> Identity:
        """Source, offset and SHA-256 of what is sent."""
        first = self.letters[0]
        return first.source, first.source_offset, hashlib.sha256(self.payload).hexdigest()

    @property
    def scored_before(self) -> bool:
        """Whether its event was accepted long ago and only its prediction is missing."""
        return all(letter.stage == INFERENCE for letter in self.letters)

    @property
    def place(self) -> tuple[datetime, datetime, str, int]:
        """Where it stands among the messages: by the time it claims, so that a late one is not late again."""
        first = self.letters[0]
        arrived = first.arrived_at or _EPOCH
        return self.time or arrived, arrived, first.source or "", first.source_offset or 0


@dataclass
class Selection:
    """What becomes of the chosen letters before anything is run.

    Attributes:
        messages: what is sent, in order.
        already_there: letters whose event is in the tables.
        left: letters that are not sent, by why.
        files: letters that stand for a file.
    """

    messages: list[Message] = field(default_factory=list)
    already_there: list[Letter] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    files: list[Letter] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """Letters that are sent."""
        return sum(len(message.letters) for message in self.messages)

    @property
    def chosen(self) -> int:
        """All letters."""
        return self.sent + len(self.already_there) + sum(self.left.values()) + len(self.files)


def select(
    connection: duckdb.DuckDBPyConnection, parts: Parts, letters: Iterable[Letter], fix: Fix, scores: bool
) -> Selection:
    """Decide about each letter.

    Args:
        connection: from ``open_dead_letters``.
        parts: the job's tables.
        letters: the chosen ones.
        fix: gives the payload to send; not asked for letters of the stage ``inference``, whose event is accepted,
            nor for files.
        scores: whether the job makes predictions; otherwise letters of the stage ``inference`` are left.

    Raises:
        FixError: as the fix.
    """
    selection = Selection()
    candidates = []
    for letter in letters:
        if letter.status in {ACCEPTED, RETURNED}:
            selection.already_there.append(letter)
        elif letter.stage == STAGE:
            selection.files.append(letter)
        elif letter.stage == INFERENCE and not scores:
            selection.left[NO_MODEL] += 1
        else:
            candidates.append((letter, letter.payload if letter.stage == INFERENCE else fix(letter)))
    kept = [(letter, payload) for letter, payload in candidates if payload is not None]
    if len(kept) < len(candidates):
        selection.left[LEFT_BY_FIX] = len(candidates) - len(kept)
    _address(connection, parts, kept, selection)
    return selection


def _address(
    connection: duckdb.DuckDBPyConnection,
    parts: Parts,
    candidates: list[tuple[Letter, bytes]],
    selection: Selection,
) -> None:
    events = read_events(connection, parts.accepted, [payload for _, payload in candidates])
    known = known_keys(connection, parts, [key for key, _ in events if key])
    messages: dict[Identity, Message] = {}
    for (letter, payload), (key, time) in zip(candidates, events):
        if key in known and letter.stage != INFERENCE:
            selection.already_there.append(letter)
            continue
        message = Message(payload, (letter,), key, time)
        same = messages.get(message.identity)
        messages[message.identity] = Message(payload, (*same.letters, letter), key, time) if same else message
    selection.messages = sorted(messages.values(), key=lambda message: message.place)


def read_events(
    connection: duckdb.DuckDBPyConnection, accepted: Table, payloads: Sequence[bytes]
) -> list[tuple[Key | None, datetime | None]]:
    """Key and time that each payload claims, read from JSON fields named as the accepted table's columns.

    None stands for what can not be read; the job has the last word on both.
    """
    columns = {column.name: column.duckdb_type for column in accepted.columns}
    fields = [_field(column, columns[column]) for column in (*accepted.key, accepted.time)]
    texts = [_utf8(payload) for payload in payloads]
    rows = connection.execute(
        f"SELECT {', '.join(fields)} FROM ("  # noqa: S608 -- names of columns, quoted
        "SELECT unnest($texts::VARCHAR[]) AS message, generate_subscripts($texts::VARCHAR[], 1) AS place"
        ") ORDER BY place",
        {"texts": texts},
    ).fetchall()
    return [(None if None in row[:-1] else tuple(row[:-1]), _within_years(row[-1])) for row in rows]


def known_keys(connection: duckdb.DuckDBPyConnection, parts: Parts, keys: Sequence[Key]) -> set[Key]:
    """Those of some keys that are accepted or in the history."""
    write_keys(connection, parts.accepted, keys, "asked_keys")
    columns = ", ".join(map(name, parts.accepted.key))
    tables = [parts.accepted.name, *([parts.history.name] if parts.history else [])]
    everything = " UNION ALL ".join(f"SELECT {columns} FROM {name(table)}" for table in tables)  # noqa: S608 -- names, quoted
    found = connection.execute(f"SELECT {columns} FROM ({everything}) SEMI JOIN asked_keys USING ({columns})")  # noqa: S608 -- as above
    return {tuple(row) for row in found.fetchall()}


def write_keys(
    connection: duckdb.DuckDBPyConnection, accepted: Table, keys: Sequence[Key], table: str
) -> None:
    """Make a temporary table that holds some keys."""
    types = {column.name: column.duckdb_type for column in accepted.columns}
    columns = ", ".join(f"unnest(?::{types[column]}[]) AS {name(column)}" for column in accepted.key)
    values = [[key[position] for key in keys] for position in range(len(accepted.key))]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {columns}", values)


def _field(column: str, kind: str) -> str:
    """Only what is written as a job takes it: DuckDB reads 1.5 as 2, and a date as a time."""
    path = text(f'$."{column}"')
    value = f"json_extract_string(message, {path})"
    written = f"regexp_full_match({value}, {text(_WRITTEN.get(kind, '(?s).*'))})"
    return f"CASE WHEN json_valid(message) AND {written} THEN TRY_CAST({value} AS {kind}) END"


def _within_years(time: datetime | str | None) -> datetime | None:
    """DuckDB gives text for times that Python has not."""
    return time if isinstance(time, datetime) else None


def _utf8(payload: bytes) -> str | None:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return None
