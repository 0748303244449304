"""What the further features are, by DuckDB: models learn from these, and no answer may differ from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.pipeline.wide import AGGREGATES
from benchmarks.truth import TERMINAL_EVENTS, Truth, named_windows

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from benchmarks.pipeline.wide import Addition, Width

EVENTS = {
    "customer": "SELECT *, event_time AS moment, TRUE AS asked FROM payments",
    "terminal": f"SELECT *, fraud IS NULL AS asked FROM ({TERMINAL_EVENTS})",  # noqa: S608 -- our own words
}
"""What windows of an entity are over; what is asked for is the features of payments."""
CALLS = {
    "count": "count({})",
    "stddev": "stddev_samp({})",
    "last": "last_value({} IGNORE NULLS)",
    "distinct": "count(DISTINCT {})",
}
"""DuckDB's names of aggregates, where they are others than those of ``rolling``."""


def truth_of(payments: pd.DataFrame, width: Width | None, until: pd.Timestamp | None = None) -> Truth:
    """The shipped features of some payments, or so many; arguments as of :class:`WideTruth`."""
    return WideTruth(payments, width, until) if width else Truth(payments, until)


class WideTruth(Truth):
    """The features of some payments, the further ones among them.

    Args:
        payments: as of :class:`Truth`.
        width: which features there are.
        until: as of :class:`Truth`.
    """

    def __init__(self, payments: pd.DataFrame, width: Width, until: pd.Timestamp | None = None) -> None:
        super().__init__(payments, until)
        moment = until.tz_localize(None) if until else None
        for entity in AGGREGATES:
            told = {"until": moment} if "$until" in EVENTS[entity] else {}
            self._connection.execute(_query(entity, width.additions(entity), width.names), told)


def _query(entity: str, additions: Iterable[Addition], windows: Iterable[str]) -> str:
    """Puts the further features of an entity beside the shipped ones."""
    columns = ", ".join(f"coalesce(CAST({_call(each)} AS DOUBLE), 0) AS {each.name}" for each in additions)
    return f"""
CREATE OR REPLACE TABLE {entity} AS
WITH events AS ({EVENTS[entity]}),
computed AS (SELECT transaction_id, asked, {columns} FROM events WINDOW {named_windows(f"{entity}_id", windows)})
SELECT shipped.*, more.* EXCLUDE (transaction_id, asked)
FROM {entity} AS shipped JOIN computed AS more USING (transaction_id) WHERE more.asked
"""  # noqa: S608 -- our own words


def _call(addition: Addition) -> str:
    call = CALLS.get(addition.function, f"{addition.function}({{}})")
    return f"{call.format(addition.column or '*')} OVER w{addition.window}"
