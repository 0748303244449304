"""Dead letters with what became of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Optional

from headrace.dead_letters.replayed import OPEN, REPLAYED
from headrace.inbox.journal import read_journal
from headrace.tables.database import open_tables, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from headrace.tables.contract import Table

TABLE = "dead_letters"
"""Name of the contract that dead letters are kept under, in every use case."""

INFERENCE = "inference"
"""The stage at which a record is refused after it was accepted: only its prediction is missing."""

Identity = tuple[Optional[str], Optional[int], str]
"""Source, offset and SHA-256 of the payload: what tells dead letters apart."""

_STATUS = """
CREATE VIEW dead_letters_status AS
WITH latest AS (
  SELECT source, source_offset, payload_sha256,
    arg_max({{'outcome': outcome, 'refused_as': refused_as, 'replay': replay}}, replay) AS attempt
  FROM dead_letters_replayed
  WHERE replay NOT IN ({void})
  GROUP BY source, source_offset, payload_sha256
)
SELECT
  letter.*,
  sha256(letter.payload) AS payload_sha256,
  COALESCE(attempt.outcome, {open}) AS status,
  attempt.refused_as AS refused_as,
  attempt.replay AS replay,
  dropped_files.name AS file
FROM dead_letters AS letter
LEFT JOIN dropped_files ON letter.source = dropped_files.source
LEFT JOIN latest
  ON letter.source IS NOT DISTINCT FROM latest.source
  AND letter.source_offset IS NOT DISTINCT FROM latest.source_offset
  AND sha256(letter.payload) = latest.payload_sha256
"""


@dataclass(frozen=True)
class Letter:
    """One refused record.

    Attributes:
        reason: name of the rule that refused it.
        stage: where in the job.
        detail: what exactly was wrong; None where the rule can not say.
        payload: its bytes.
        arrived_at: when the log took it, UTC.
        source: the log it stands in.
        source_offset: its place there; None where the log has no places.
        status: ``open``, or the outcome of its latest replay.
        refused_as: the reason of that replay, when it was refused again.
        replay: number of that replay.
        file: name of the file that it was dropped in; None for a record of another log.
    """

    reason: str
    stage: str
    detail: str | None
    payload: bytes
    arrived_at: datetime | None
    source: str | None
    source_offset: int | None
    status: str = OPEN
    refused_as: str | None = None
    replay: int | None = None
    file: str | None = None

    @cached_property
    def identity(self) -> Identity:
        """What tells it apart from other dead letters."""
        return self.source, self.source_offset, hashlib.sha256(self.payload).hexdigest()

    @property
    def text(self) -> str:
        r"""The payload for people: bytes that are no UTF-8 as ``\xff``."""
        return self.payload.decode("utf-8", errors="backslashreplace")

    @property
    def where(self) -> str:
        """Where it came from: ``payments-0 @ 131``, ``000017.jsonl (payments.log)``."""
        place = "" if self.source_offset is None else f" @ {self.source_offset}"
        file = f" ({self.file})" if self.file else ""
        return f"{self.source or 'unknown source'}{place}{file}"


def open_dead_letters(
    tables: Mapping[str, Table], data: Path, void: Iterable[int] = ()
) -> duckdb.DuckDBPyConnection:
    """The tables of a data folder, ``dead_letters_replayed`` and the view ``dead_letters_status``.

    Args:
        tables: the tables of the use case, by name.
        data: the data folder.
        void: numbers of replays that no longer count.

    Raises:
        HeadraceError: when there is no such folder, or the inbox's journal is damaged.
    """
    connection = open_tables([*tables.values(), REPLAYED], data)
    _add_dropped_files(connection, data)
    numbers = ", ".join(map(str, sorted({-1, *void})))
    connection.execute(_STATUS.format(void=numbers, open=text(OPEN)))
    return connection


def read_letters(connection: duckdb.DuckDBPyConnection) -> list[Letter]:
    """All dead letters in order of arrival; those that can not be told apart come once."""
    columns = (
        "reason, stage, detail, payload, arrived_at, source, source_offset, status, refused_as, replay, file"
    )
    found = connection.execute(
        f"SELECT {columns} FROM dead_letters_status ORDER BY arrived_at, source, source_offset, payload"  # noqa: S608 -- a constant
    )
    letters = (Letter(*row) for row in found.fetchall())
    return list({letter.identity: letter for letter in letters}.values())


def _add_dropped_files(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """The names of files that went through the inbox, by the source that their records have."""
    connection.execute("CREATE TEMP TABLE dropped_files (source VARCHAR, name VARCHAR)")
    names = [(entry.label if entry.unreadable else entry.file, entry.name) for entry in read_journal(data)]
    sources, files = zip(*names) if names else ((), ())
    connection.execute(
        "INSERT INTO dropped_files SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
        [list(sources), list(files)],
    )


def of_reasons(letters: Iterable[Letter], reasons: Iterable[str]) -> list[Letter]:
    """The letters with one of some reasons; all of them when there are no reasons."""
    wanted = set(reasons)
    return [letter for letter in letters if not wanted or letter.reason in wanted]
