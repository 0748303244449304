"""The fraud benchmark: card transactions, their frauds, and the tables made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from datasets.fraud.benchmark import LAST_DAY
from datasets.fraud.cache import FILE, prepare
from datasets.fraud.checksum import verify
from datasets.fraud.pandas_features import published
from datasets.fraud.progress import Progress, silent
from datasets.fraud.raw_events import record_raw
from datasets.fraud.tables import write_labels, write_transactions

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["DAYS", "SLICE_DAYS", "build", "published", "record", "verify"]

DAYS = LAST_DAY + 1
"""Days there are."""
SLICE_DAYS = 12
"""Days that show every feature at work: the first verdicts are there on the eighth."""
SEED = 2018
"""Of the recorded log: which messages are spoilt, and how late each arrives."""


def build(folder: Path, first_day: int, last_day: int, progress: Progress = silent) -> Path:
    """Fill a folder with the history that the ``local`` environment reads.

    Writes ``transactions.parquet`` (kept when it already holds these days), ``transactions_history/history.jsonl``
    and ``labels/history.jsonl``.

    Args:
        folder: where; made if missing.
        first_day: first day, 0 … 182; day 0 is 2018-04-01.
        last_day: last day, included.
        progress: told the step (``customers``, then ``tables``), how much of it is done, and of how much.

    Returns:
        The folder.

    Raises:
        DayRangeError: for days outside 0 … 182.
        FingerprintError: when days with a published checksum do not have it.
    """
    frame = pd.read_parquet(prepare(folder, first_day, last_day, progress))
    tables = (write_transactions, write_labels)
    for done, write in enumerate(tables, start=1):
        write(frame, folder)
        progress("tables", done, len(tables))
    return folder


def record(folder: Path, first_day: int, last_day: int, progress: Progress = silent) -> Path:
    """Fill a folder with what ``build`` writes, and with the same payments as a raw log, out of order and with dirt.

    Args:
        folder: where; made if missing.
        first_day: first day, 0 … 182.
        last_day: last day, included.
        progress: as for ``build``; ``raw log`` is a step of its own.

    Returns:
        The folder.

    Raises:
        DayRangeError: for days outside 0 … 182.
        FingerprintError: when days with a published checksum do not have it.
    """
    build(folder, first_day, last_day, progress)
    progress("raw log", 0, 1)
    record_raw(pd.read_parquet(folder / FILE), folder, SEED)
    progress("raw log", 1, 1)
    return folder
