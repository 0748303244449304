"""The handbook's features in its own way: pandas' rolling windows over payments that are sorted by time.

Written from the specification of the features (Le Borgne et al., *Reproducible Machine Learning for Credit Card Fraud
Detection*, 2022, chapter 3), in the order of ``transaction_id``; the book's own sort leaves the order of payments of
one second open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from datasets.fraud.cache import FILE
from datasets.fraud.tables import LABEL_DELAY_DAYS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WINDOW_DAYS = (1, 7, 30)


def published(folder: Path) -> pd.DataFrame:
    """The features of all payments that ``prepare`` keeps in a folder: ``transaction_id`` and the fourteen.

    Averages are running ones, so they are off by some billionths.

    Args:
        folder: holds ``transactions.parquet``.
    """
    frame = pd.read_parquet(folder / FILE)
    time = frame["event_time"]
    columns = {
        "transaction_id": frame["transaction_id"],
        "is_weekend": (time.dt.weekday >= 5).astype(np.int32),  # noqa: PLR2004 -- Saturday
        "is_night": (time.dt.hour <= 6).astype(np.int32),  # noqa: PLR2004 -- until 06:59:59
        **_customer_features(frame),
        **_terminal_features(frame),
    }
    features: pd.DataFrame = pd.DataFrame(columns)
    return features


def _customer_features(frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for days in WINDOW_DAYS:
        counts, sums = _rolled(frame, "customer_id", "amount", days)
        found[f"customer_count_{days}d"] = counts.astype(np.int64)
        found[f"customer_amount_avg_{days}d"] = sums / counts
    return found


def _terminal_features(frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """Windows that end with the delay are the difference of one over both and one over the delay alone."""
    delayed, frauds_delayed = _rolled(frame, "terminal_id", "fraud", LABEL_DELAY_DAYS)
    found: dict[str, NDArray[Any]] = {}
    for days in WINDOW_DAYS:
        both, frauds_both = _rolled(frame, "terminal_id", "fraud", LABEL_DELAY_DAYS + days)
        counts, frauds = both - delayed, frauds_both - frauds_delayed
        found[f"terminal_count_{days}d"] = counts.astype(np.int64)
        found[f"terminal_fraud_avg_{days}d"] = np.divide(
            frauds, counts, out=np.zeros(len(counts)), where=counts > 0
        )
    return found


def _rolled(
    frame: pd.DataFrame, by: str, value: str, days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count and sum of the values in ``(t - days, t]``, in the order of the frame."""
    line = frame[[by, "event_time", value]].sort_values(by, kind="stable")
    rolled = line.groupby(by, sort=False).rolling(f"{days}D", on="event_time")[value]
    found = np.empty((2, len(frame)))
    found[:, line.index.to_numpy()] = rolled.count().to_numpy(), rolled.sum().to_numpy()
    return found[0], found[1]
