"""Labels meet the features of their own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.tables.database import name, open_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from headrace.models.definition import ModelDefinition
    from headrace.tables.contract import Table
    from headrace.training.period import Period

FEATURES = "training_features"
LABELS = "labels"


def labelled_features(
    tables: Mapping[str, Table],
    data: Path,
    definition: ModelDefinition,
    period: Period,
    as_of: datetime | None = None,
) -> pd.DataFrame:
    """Events of a period with the features they had at their own time, and their labels.

    An event whose label is not known at ``as_of`` is left out: it can not be learned from yet.

    Args:
        tables: the use case's tables; ``training_features`` and ``labels`` are joined by the definition's key.
        data: the data folder.
        definition: which columns.
        period: of the event, not of the label.
        as_of: when the training happens; labels known later are unknown. None: all labels are known.

    Returns:
        One row an event: the definition's columns, features in their declared types.

    Raises:
        HeadraceError: when the tables lack a column of the definition.
    """
    _require_columns(tables, definition)
    known = f"l.{name(tables[LABELS].time)} <= $as_of"
    query = f"""
        SELECT {", ".join(_selected(definition))}, l.{name(definition.label)}
        FROM {FEATURES} AS f JOIN {LABELS} AS l USING ({name(definition.key)})
        WHERE f.{name(definition.event_time)} >= $start AND f.{name(definition.event_time)} < $end
          AND {known if as_of else "TRUE"}
        ORDER BY {name(definition.key)}
    """  # noqa: S608 -- names come from the definition and the contracts, values are bound
    values = {"start": period.start, "end": period.end, **({"as_of": as_of} if as_of else {})}
    with open_tables([tables[FEATURES], tables[LABELS]], data) as connection:
        return connection.execute(query, values).df()


def _selected(definition: ModelDefinition) -> list[str]:
    others = [column for column in definition.other_columns if column != definition.label]
    features = (
        f"CAST(f.{name(each.name)} AS {each.type}) AS {name(each.name)}" for each in definition.features
    )
    return [*(f"f.{name(column)}" for column in others), *features]


def _require_columns(tables: Mapping[str, Table], definition: ModelDefinition) -> None:
    for table, wanted in (
        (FEATURES, [column for column in definition.other_columns if column != definition.label]),
        (FEATURES, definition.feature_names),
        (LABELS, [definition.key, definition.label]),
    ):
        given = tables[table].column_names if table in tables else ()
        missing = [column for column in wanted if column not in given]
        if missing:
            raise HeadraceError(
                f"table {table} lacks {', '.join(missing)}, which model {definition.name} wants",
                f"It has: {', '.join(given) or 'no contract'}.",
            )
