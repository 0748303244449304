"""The question that history is read by, and what its tables must have for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from headrace.tables.database import name, open_tables
from headrace.training.labels import LABELS
from headrace.whatif.result import WhatIfError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from headrace.models.features import Feature
    from headrace.tables.contract import Table
    from headrace.training.period import Period

PREDICTIONS, BY, SAID = "predictions", "model_version", "decision"
KEY, ENTITY, TIME, AMOUNT, LABEL, KNOWN, DECISION, VERSION = (
    f"__{each}" for each in ("key", "entity", "time", "amount", "label", "known", "decision", "version")
)
"""Columns of the answer."""


@dataclass(frozen=True)
class Columns:
    """Which columns say what.

    Args:
        key: names an event.
        entity: whom it belongs to.
        event_time: when it was.
        label: 0 or 1; in the table of labels.
        amount: what it is worth.
    """

    key: str
    entity: str
    event_time: str
    label: str
    amount: str


@dataclass(frozen=True)
class Source:
    """Where history lies.

    Args:
        tables: the use case's tables.
        data: the data folder.
        features: the table with the features.
        columns: which say what.
        period: of the events.
        as_of: labels known later are unknown; None: all in the table are known.
    """

    tables: Mapping[str, Table]
    data: Path
    features: str
    columns: Columns
    period: Period
    as_of: datetime | None = None

    @property
    def values(self) -> dict[str, datetime]:
        """What is bound in a query."""
        values = {"start": self.period.start, "end": self.period.end}
        return {**values, "as_of": self.as_of} if self.as_of else values


def ask(source: Source, features: Sequence[Feature], also: Sequence[str], *, decided: bool) -> pd.DataFrame:
    """One row an event, in the order of the key.

    A record that came twice counts once; of two labels the one that was known last counts.

    Args:
        source: where history lies.
        features: to be cast to their types; see `column_of`.
        also: further columns of the features' table, as they are.
        decided: with `DECISION` and `VERSION`, which are NULL where there is no prediction.

    Raises:
        WhatIfError: a table lacks a column, or there are no events.
    """
    _require_columns(source, [*(each.name for each in features), *also], decided=decided)
    read = [source.features, LABELS, *([PREDICTIONS] if decided else [])]
    with open_tables([source.tables[each] for each in read], source.data) as connection:
        frame: pd.DataFrame = connection.execute(
            _query(source, features, also, decided=decided), source.values
        ).df()
    if frame.empty:
        raise _nothing_there(source)
    return frame


def count_decided(source: Source) -> int:
    """How many predictions there are for events of the period; 0 when the use case has no such table."""
    time = name(source.columns.event_time)
    if PREDICTIONS not in source.tables:
        return 0
    query = f"SELECT count(*) FROM {PREDICTIONS} WHERE {time} >= $start AND {time} < $end"  # noqa: S608 -- a column's name, quoted
    with open_tables([source.tables[PREDICTIONS]], source.data) as connection:
        values = {"start": source.period.start, "end": source.period.end}
        return int((connection.execute(query, values).fetchone() or (0,))[0])


def newest_label(tables: Mapping[str, Table], data: Path) -> datetime | None:
    """When the newest label was known; None when there is none."""
    return _bounds(tables[LABELS], tables[LABELS].time, data)[1]


def column_of(feature: Feature) -> str:
    """Where a feature stands in the answer; two models may want the same one in different types."""
    return f"__{feature.type} {feature.name}"


def _query(source: Source, features: Sequence[Feature], also: Sequence[str], *, decided: bool) -> str:
    columns, known_at = source.columns, name(source.tables[LABELS].time)
    key, time = name(columns.key), name(columns.event_time)
    known = f"WHERE {known_at} <= $as_of" if source.as_of else ""
    return f"""
        SELECT {", ".join(_selected(columns, features, also))}{f", {DECISION}, {VERSION}" if decided else ""}
        FROM (SELECT DISTINCT ON ({key}) * FROM {name(source.features)} WHERE {time} >= $start AND {time} < $end) AS f
        LEFT JOIN (SELECT {key}, arg_max({name(columns.label)}, {known_at}) AS {LABEL}, max({known_at}) AS {KNOWN}
                   FROM {LABELS} {known} GROUP BY {key}) USING ({key})
        {_predictions(key) if decided else ""}
        ORDER BY {key}
    """  # noqa: S608 -- names come from the manifest and the contracts, values are bound


def _selected(columns: Columns, features: Iterable[Feature], also: Iterable[str]) -> list[str]:
    return [
        f"{name(columns.key)} AS {KEY}",
        f"coalesce(CAST(f.{name(columns.entity)} AS VARCHAR), '') AS {ENTITY}",
        f"f.{name(columns.event_time)} AS {TIME}",
        f"CAST(f.{name(columns.amount)} AS DOUBLE) AS {AMOUNT}",
        f"CAST({LABEL} AS DOUBLE) AS {LABEL}",
        KNOWN,
        *(
            f"CAST(f.{name(each.name)} AS {each.type}) AS {name(column_of(each))}"
            for each in dict.fromkeys(features)
        ),
        *(f"f.{name(each)}" for each in dict.fromkeys(also)),
    ]


def _predictions(key: str) -> str:
    chosen = f"SELECT DISTINCT ON ({key}) {key}, {SAID} AS {DECISION}, {BY} AS {VERSION}"
    return f"LEFT JOIN ({chosen} FROM {PREDICTIONS} ORDER BY {key}, {BY}, {SAID}) USING ({key})"


def _require_columns(source: Source, wanted: Iterable[str], *, decided: bool) -> None:
    columns = source.columns
    needed = {
        source.features: [columns.key, columns.entity, columns.event_time, columns.amount, *wanted],
        LABELS: [columns.key, columns.label],
        **({PREDICTIONS: [columns.key, SAID, BY]} if decided else {}),
    }
    for table, names in needed.items():
        given = source.tables[table].column_names if table in source.tables else ()
        missing = [each for each in dict.fromkeys(names) if each not in given]
        if missing:
            raise WhatIfError(
                f"table {table} lacks {', '.join(missing)}; it has: {', '.join(given) or 'no contract'}",
                "The models' manifests, the costs and --slice-by say which columns are needed.",
            )


def _nothing_there(source: Source) -> WhatIfError:
    first, last = _bounds(source.tables[source.features], source.columns.event_time, source.data)
    there = (
        f"its events are of {first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M} UTC"
        if first and last
        else "it is empty"
    )
    return WhatIfError(
        f"table {source.features} in {source.data} has no events of {source.period}; {there}",
        "Choose another period, or another table with --features.",
    )


def _bounds(table: Table, time: str, data: Path) -> tuple[datetime | None, datetime | None]:
    query = f"SELECT min({name(time)}), max({name(time)}) FROM {name(table.name)}"  # noqa: S608 -- names, quoted
    with open_tables([table], data) as connection:
        first, last = connection.execute(query).df().iloc[0]
    return _moment(first), _moment(last)


def _moment(found: Any) -> datetime | None:
    return None if pd.isna(found) else pd.Timestamp(found).tz_convert("UTC").to_pydatetime()
