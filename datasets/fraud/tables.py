"""The benchmark as the tables that the ``local`` environment reads: JSON lines, one row a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from datasets.fraud.whole_file import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LABEL_DELAY_DAYS = 7
"""How long after a transaction it is known whether it was a fraud."""

_ISO = "%Y-%m-%dT%H:%M:%S.%gZ"

_TRANSACTIONS = """
COPY (
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    amount,
    strftime(event_time, $iso) AS event_time,
    strftime(event_time, $iso) AS arrived_at,
    'history' AS source,
    row_number() OVER (ORDER BY transaction_id) - 1 AS source_offset
  FROM frame
  ORDER BY transaction_id
) TO $path (FORMAT json)
"""

_LABELS = """
COPY (
  SELECT
    transaction_id,
    customer_id,
    terminal_id,
    fraud,
    strftime(event_time, $iso) AS event_time,
    strftime(event_time + to_days($delay), $iso) AS available_at
  FROM frame
  ORDER BY event_time, transaction_id
) TO $path (FORMAT json)
"""


def write_transactions(frame: pd.DataFrame, folder: Path, table: str = "transactions_history") -> Path:
    """Write ``<table>/history.jsonl``, in the order of event time.

    A row of history arrived when it happened (``arrived_at`` = ``event_time``), its ``source`` is ``history``
    and its ``source_offset`` counts the rows from 0.

    Args:
        frame: as ``benchmark`` returns it.
        folder: the environment's data folder.
        table: the table's folder within; ``transactions`` for rows that get predictions.

    Returns:
        The path of the file; one that was there is replaced in one step.
    """
    return _copy(_TRANSACTIONS, frame, folder / table / "history.jsonl", {})


def write_labels(frame: pd.DataFrame, folder: Path) -> Path:
    """Write ``labels/history.jsonl``: whether each transaction was a fraud, in the order it becomes known.

    Args:
        frame: as ``benchmark`` returns it.
        folder: the environment's data folder; ``labels`` is made within.

    Returns:
        The path of the file; one that was there is replaced in one step.
    """
    return _copy(_LABELS, frame, folder / "labels" / "history.jsonl", {"delay": LABEL_DELAY_DAYS})


def _copy(statement: str, frame: pd.DataFrame, path: Path, parameters: dict[str, object]) -> Path:
    # Times go in without their zone, UTC: DuckDB would format zoned times in the zone of the machine.
    unzoned = frame.assign(event_time=frame["event_time"].dt.tz_localize(None))
    with whole_file(path) as part, duckdb.connect() as connection:
        connection.register("frame", unzoned)
        connection.execute(statement, {**parameters, "iso": _ISO, "path": str(part)})
    return path
