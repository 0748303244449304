"""What a swap of versions showed, counted from the predictions of the live run and of its replay."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from headrace.deployments.record import to_millis
from headrace.models.scorer import ALERT
from headrace.tables.database import table_files
from headrace.training.period import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headrace.deployments.record import Record
    from headrace.models.definition import ModelDefinition


@dataclass(frozen=True)
class Spell:
    """The events from one record of the log to the next.

    Attributes:
        command: what began it, and the version it is about.
        versions: events by the version that scored them.
        alerts: how many of them are alerts.
    """

    command: str
    versions: dict[str, int]
    alerts: int


@dataclass(frozen=True)
class Swapped:
    """What a swap showed.

    Attributes:
        events: how many have a prediction.
        spells: what scored them, in order of time.
        differing: predictions that differ in the replay, in any field, or are missing on one side.
    """

    events: int
    spells: tuple[Spell, ...]
    differing: int

    def as_document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def compared(live: Path, again: Path, records: Sequence[Record], definition: ModelDefinition) -> Swapped:
    """Compare predictions, and count who scored what between the records of a log.

    Args:
        live: the table of the live run.
        again: that of the replay.
        records: those that count, in order.
        definition: names key and event time.
    """
    first, second = _by_key(live, definition.key), _by_key(again, definition.key)
    differing = sum(first.get(key) != second.get(key) for key in {*first, *second})
    return Swapped(len(first), _spells(first.values(), records, definition.event_time), differing)


def rows_in(folder: Path) -> list[dict[str, Any]]:
    """The finished rows of a table of JSON lines."""
    texts = (path.read_text(encoding="utf-8") for path in table_files(folder))
    return [json.loads(line) for text in texts for line in text.splitlines()]


def _by_key(folder: Path, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in rows_in(folder)}


def _spells(
    predictions: Iterable[dict[str, Any]], records: Sequence[Record], event_time: str
) -> tuple[Spell, ...]:
    starts = [record.start for record in records]
    grouped: list[list[dict[str, Any]]] = [[] for _ in records]
    for row in predictions:
        at = to_millis(moment(row[event_time]))
        grouped[sum(start <= at for start in starts) - 1].append(row)
    return tuple(_spell(record, rows) for record, rows in zip(records, grouped))


def _spell(record: Record, rows: list[dict[str, Any]]) -> Spell:
    versions = Counter(row["model_version"] for row in rows)
    alerts = sum(row["decision"] == ALERT for row in rows)
    share = f" {record.share:.0%}" if record.share < 1 else ""
    return Spell(f"{record.command}{share} {record.version}", dict(sorted(versions.items())), alerts)
