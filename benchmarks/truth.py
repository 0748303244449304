"""What the features are, by DuckDB: nothing is timed that does not give these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from benchmarks.windows import WINDOWS
from datasets.fraud.tables import LABEL_DELAY_DAYS
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

TOLERANCE = 1e-9
HOURS = {"h": 1, "d": 24}
TERMINAL_EVENTS = f"""
  SELECT transaction_id, terminal_id, event_time AS moment, NULL AS fraud FROM payments
  UNION ALL
  SELECT transaction_id, terminal_id, event_time + INTERVAL '{LABEL_DELAY_DAYS} days' AS moment, fraud FROM payments
  WHERE $until IS NULL OR event_time + INTERVAL '{LABEL_DELAY_DAYS} days' <= $until
"""  # noqa: S608 -- our own words
"""Payments, whose fraud is NULL, and the verdicts that are known."""


class Truth:
    """The features of some payments.

    Rows of one customer at one moment are left out: RANGE counts each in both, the other forms one after the other.

    Args:
        payments: as ``datasets.fraud.benchmark.benchmark`` returns them.
        until: verdicts that come later are not known, and payments that come later are those that are compared;
            by default all.
    """

    def __init__(self, payments: pd.DataFrame, until: pd.Timestamp | None = None) -> None:
        self._connection = duckdb.connect()
        unzoned = payments.assign(event_time=payments["event_time"].dt.tz_localize(None))
        self._connection.register("payments", unzoned)
        moment = until.tz_localize(None) if until else None
        self._connection.execute(_CUSTOMER)
        self._connection.execute(_TERMINAL, {"until": moment})
        self._connection.execute(_LATER, {"until": moment})
        for entity in ("customer", "terminal"):
            self._connection.execute(f"DELETE FROM {entity} WHERE transaction_id NOT IN (FROM later)")  # noqa: S608 -- our own names

    def check(self, who: str, rows: Path, entities: tuple[str, ...]) -> int:
        """Compare computed features with these; returns how many rows were compared.

        Args:
            who: computed them, for the message.
            rows: a file or folder of JSON lines with ``transaction_id`` and the features.
            entities: whose windows, of ``customer`` and ``terminal``.

        Raises:
            HeadraceError: when a row is missing, is there twice, or differs in a feature.
        """
        files = sorted(str(each) for each in _files(rows))
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE computed AS FROM read_json($files, format = 'newline_delimited')",
            {"files": files},
        )
        wanted, given = self._count("customer"), self._count("computed")
        total = self._count("later")
        wrong = {entity: self._differing(entity) for entity in entities}
        if given != total or any(wrong.values()):
            raise HeadraceError(
                f"{who}: {given} rows of {total}, and features that differ from DuckDB's: {wrong}",
                "What computes something else is not compared.",
            )
        return wanted

    def features(self) -> pd.DataFrame:
        """The payments that are compared, with their amounts and the features of both windows, in order of time."""
        found: pd.DataFrame = self._connection.sql(_FEATURES).df()
        return found

    def _count(self, table: str) -> int:
        return int(self._connection.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 -- our own names

    def _differing(self, entity: str) -> int:
        """Payments of which the computed features are missing or others."""
        columns = [
            name for name in self._connection.sql(f"FROM {entity}").columns if name != "transaction_id"
        ]
        near = " AND ".join(f"abs(t.{name} - c.{name}) <= {TOLERANCE} * (1 + t.{name})" for name in columns)
        query = f"SELECT count(*) FROM {entity} t LEFT JOIN computed c USING (transaction_id)"  # noqa: S608 -- our own names
        return int(self._connection.sql(f"{query} WHERE ({near}) IS NOT TRUE").fetchall()[0][0])


def _files(rows: Path) -> list[Path]:
    if rows.is_file():
        return [rows]
    return [path for path in rows.rglob("*") if path.is_file() and path.name[0] not in "._"]


def named_windows(by: str, windows: Iterable[str]) -> str:
    """The windows ``(t - w, t]`` of what has one value of a column, each under its name behind a w."""
    return ", ".join(f"w{name} AS ({_over(by, name)})" for name in windows)


def _over(by: str, window: str) -> str:
    """A closed RANGE that reaches back a millisecond less; times are whole milliseconds."""
    milliseconds = int(window[:-1]) * HOURS[window[-1]] * 3_600_000 - 1
    reach = f"RANGE BETWEEN INTERVAL '{milliseconds} milliseconds' PRECEDING AND CURRENT ROW"
    return f"PARTITION BY {by} ORDER BY moment {reach}"


def _features(template: str) -> str:
    return ", ".join(template.format(w=name) for name in WINDOWS)


_CUSTOMER_FEATURES = _features(
    "count(*) OVER w{w} AS customer_count_{w}, avg(cents) OVER w{w} / 100 AS customer_amount_avg_{w}"
)
_CUSTOMER = f"""
CREATE TABLE customer AS
WITH events AS (SELECT *, event_time AS moment, CAST(round(amount * 100) AS BIGINT) AS cents FROM payments)
SELECT transaction_id, {_CUSTOMER_FEATURES}
FROM events
WINDOW {named_windows("customer_id", WINDOWS)}
QUALIFY count(*) OVER (PARTITION BY customer_id, moment) = 1
"""  # noqa: S608 -- our own words
_TERMINAL_FEATURES = _features(
    "count(fraud) OVER w{w} AS terminal_count_{w}, coalesce(avg(fraud) OVER w{w}, 0) AS terminal_fraud_avg_{w}"
)
_TERMINAL = f"""
CREATE TABLE terminal AS
WITH events AS ({TERMINAL_EVENTS}),
counted AS (
  SELECT transaction_id, fraud, {_TERMINAL_FEATURES}
  FROM events
  WINDOW {named_windows("terminal_id", WINDOWS)}
)
SELECT * EXCLUDE (fraud) FROM counted WHERE fraud IS NULL
"""  # noqa: S608 -- our own words
_LATER = """
CREATE TABLE later AS SELECT transaction_id FROM payments WHERE $until IS NULL OR event_time > $until
"""
_FEATURES = """
SELECT p.transaction_id, p.customer_id, p.terminal_id, p.event_time, p.amount,
  CAST(isodow(p.event_time) >= 6 AS INTEGER) AS is_weekend, CAST(hour(p.event_time) <= 6 AS INTEGER) AS is_night,
  c.* EXCLUDE (transaction_id), t.* EXCLUDE (transaction_id)
FROM payments p JOIN customer c USING (transaction_id) JOIN terminal t USING (transaction_id)
ORDER BY p.event_time, p.transaction_id
"""
