"""The fraud benchmark as a frame, equal bit for bit to the published data.

The rules are those that *Reproducible Machine Learning for Credit Card Fraud Detection* publishes (Le Borgne,
Siblini, Lebichot and Bontempi, Université Libre de Bruxelles, 2022). ``docs/fraud-data.md`` tells them; the
checksums of ``datasets.fraud.checksum`` prove that they are followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from datasets.fraud.frauds import CARD_DAYS, commit_frauds
from datasets.fraud.progress import Progress, silent
from datasets.fraud.spending import DAY_SECONDS, spending
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

START = pd.Timestamp("2018-04-01", tz="UTC")
"""Midnight of day 0."""
LAST_DAY = 182


class DayRangeError(HeadraceError):
    """Days that the benchmark does not have."""


def check_days(first_day: int, last_day: int) -> None:
    """Refuse a range of days outside the benchmark.

    Raises:
        DayRangeError: unless 0 ≤ ``first_day`` ≤ ``last_day`` ≤ 182.
    """
    if not 0 <= first_day <= last_day <= LAST_DAY:
        message = f"The fraud benchmark has the days 0 to {LAST_DAY}; got days {first_day} to {last_day}."
        raise DayRangeError(message, f"Choose 0 <= first day <= last day <= {LAST_DAY}.")


def benchmark(first_day: int = 0, last_day: int = LAST_DAY, progress: Progress = silent) -> pd.DataFrame:
    """The transactions of some days, both ends included, in the order of time.

    The days before are made as well, because draws follow each other, and 13 days after, because a stolen
    card's frauds are a sample of two weeks. So the rows are those of the whole benchmark, whatever the range.

    Args:
        first_day: first day wanted, 0 … 182.
        last_day: last day wanted, 0 … 182.
        progress: told how many customers are done.

    Returns:
        ``transaction_id`` (int64, counted from the first transaction of day 0), ``event_time``
        (datetime64[ms, UTC], whole seconds), ``customer_id``, ``terminal_id`` (int64), ``amount`` (float64,
        whole cents), ``fraud`` (int8, 0 or 1), ``fraud_scenario`` (int8, 0 … 3), ``day`` (int64).

    Raises:
        DayRangeError: for days outside 0 … 182.
    """
    check_days(first_day, last_day)
    paid = spending(min(last_day + CARD_DAYS - 1, LAST_DAY) + 1, progress)
    days = paid.seconds // DAY_SECONDS
    amount, scenario = commit_frauds(paid, days)
    rows = slice(*np.searchsorted(days, (first_day, last_day + 1)))
    frame: pd.DataFrame = pd.DataFrame(
        {
            "transaction_id": np.arange(len(days))[rows],
            "event_time": _event_time(paid.seconds[rows]),
            "customer_id": paid.customer_id[rows],
            "terminal_id": paid.terminal_id[rows],
            "amount": amount[rows],
            "fraud": (scenario[rows] > 0).astype(np.int8),
            "fraud_scenario": scenario[rows],
            "day": days[rows],
        }
    )
    return frame


def _event_time(seconds: NDArray[np.int64]) -> pd.DatetimeIndex:
    start = np.datetime64(START.tz_localize(None), "ms")
    times: pd.DatetimeIndex = pd.DatetimeIndex(start + seconds.astype("timedelta64[s]"), tz="UTC")
    return times
