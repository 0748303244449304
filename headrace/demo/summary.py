"""What came out of a demo, counted from its tables."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from headrace.models.evaluation import entity_precision_at_k
from headrace.tables.database import name, open_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from headrace.models.definition import ModelDefinition
    from headrace.tables.contract import Table

DEAD, PREDICTIONS, ALERTS, LABELS = "dead_letters", "predictions", "alerts", "labels"
DUPLICATE = "duplicate"
INFERENCE = "inference"


@dataclass(frozen=True)
class Outcome:
    """Where to look for what came out.

    Attributes:
        tables: the use case's tables.
        data: the data folder.
        definition: the model that scored; names key, entity, time and label.
        raw: the table of the events that went in.
        accepted: the table of those that are valid, each once.
    """

    tables: Mapping[str, Table]
    data: Path
    definition: ModelDefinition
    raw: str
    accepted: str


@dataclass(frozen=True)
class Summary:
    """What a run made of its input.

    Attributes:
        events_in: records in the raw log.
        accepted: valid ones, each once.
        dead_letters: records refused, by reason.
        expected: the dirt that was put in, by reason; empty when it is not known.
        predictions: events that were scored.
        alerts: those at or above the threshold.
        model_versions: who scored them.
        quality: against the labels that came later.
        seconds: how long the job took, its start included.
    """

    events_in: int
    accepted: int
    dead_letters: dict[str, int]
    expected: dict[str, int]
    predictions: int
    alerts: int
    model_versions: list[str]
    quality: dict[str, float]
    seconds: float = field(compare=False)

    @property
    def duplicates(self) -> int:
        """Records refused because another of their id had come before."""
        return self.dead_letters.get(DUPLICATE, 0)

    @property
    def nothing_lost(self) -> bool:
        """Whether every record was accepted or is a dead letter, and every accepted one has its prediction."""
        refused_later = self.dead_letters.get(INFERENCE, 0)
        refused_at_once = sum(self.dead_letters.values()) - refused_later
        return (
            self.events_in == self.accepted + refused_at_once
            and self.accepted == self.predictions + refused_later
        )

    @property
    def as_expected(self) -> bool:
        """Whether the dead letters are the dirt that was put in, reason by reason."""
        return self.dead_letters == self.expected

    def as_document(self) -> dict[str, Any]:
        """All of it, for scripts."""
        return {**asdict(self), "nothing_lost": self.nothing_lost, "as_expected": self.as_expected}


def summarise(outcome: Outcome, seconds: float) -> Summary:
    """Count the tables of a data folder after a run.

    Args:
        outcome: where to look.
        seconds: how long the job took.
    """
    names = (outcome.raw, outcome.accepted, DEAD, PREDICTIONS, ALERTS, LABELS)
    with open_tables([outcome.tables[table] for table in names], outcome.data) as connection:
        return Summary(
            events_in=_count(connection, outcome.raw),
            accepted=_count(connection, outcome.accepted),
            dead_letters=_by_reason(connection),
            expected=_expected(outcome.data),
            predictions=_count(connection, PREDICTIONS),
            alerts=_count(connection, ALERTS),
            model_versions=_versions(connection),
            quality=_quality(connection, outcome.definition),
            seconds=seconds,
        )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()  # noqa: S608 -- our own names
    return int(found[0]) if found else 0


def _by_reason(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    query = f"SELECT reason, COUNT(*) FROM {DEAD} GROUP BY reason ORDER BY COUNT(*) DESC, reason"  # noqa: S608 -- our own names
    return dict(connection.execute(query).fetchall())


def _versions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    query = f"SELECT DISTINCT model_version FROM {PREDICTIONS} ORDER BY 1"  # noqa: S608 -- our own names
    return [version for (version,) in connection.execute(query).fetchall()]


def _expected(data: Path) -> dict[str, int]:
    path = data / "expected.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["dead_letters"]) if path.is_file() else {}


def _quality(connection: duckdb.DuckDBPyConnection, definition: ModelDefinition) -> dict[str, float]:
    """Empty when no label, or only one of both, is known."""
    key, entity, time = (
        name(column) for column in (definition.key, definition.entity, definition.event_time)
    )
    day = f"epoch_ms(p.{time}) // 86400000"
    query = f"""
        SELECT p.{entity} AS entity, {day} AS day, p.score, l.{name(definition.label)} AS label
        FROM {PREDICTIONS} AS p JOIN {LABELS} AS l USING ({key}) ORDER BY {key}
    """  # noqa: S608 -- names of the definition
    rows = {column: np.asarray(values) for column, values in connection.execute(query).fetchnumpy().items()}
    if len(np.unique(rows["label"])) != 2:  # noqa: PLR2004 -- both truths
        return {}
    k = definition.review_capacity
    precision = entity_precision_at_k(rows["entity"], rows["day"], rows["score"], rows["label"], k)
    return {
        "roc_auc": round(float(roc_auc_score(rows["label"], rows["score"])), 4),
        "average_precision": round(float(average_precision_score(rows["label"], rows["score"])), 4),
        f"entity_precision_at_{k}": round(precision, 4),
    }
