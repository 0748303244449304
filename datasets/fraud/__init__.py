"""The fraud benchmark: card transactions, their frauds, and the tables made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from datasets.fraud.cache import prepare
from datasets.fraud.checksum import verify
from datasets.fraud.progress import Progress, silent
from datasets.fraud.tables import write_labels, write_transactions

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["build", "verify"]


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
