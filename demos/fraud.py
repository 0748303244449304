"""The fraud demo: some weeks of history, then some days of raw card payments with dirt among them.

The benchmark's first days. Verdicts come after seven days, so the model learns from events that are at least that old
when the live days begin, as it would have to.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from datasets.fraud.benchmark import START
from datasets.fraud.cache import prepare
from datasets.fraud.raw_events import record_raw
from datasets.fraud.tables import write_labels, write_transactions
from headrace.demo.story import Demo, Periods
from headrace.training.period import Period

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from headrace.demo.story import Progress

SEED = 2018
WHOLE = {"transaction_id", "event_time", "customer_id", "terminal_id", "amount"}


def build(folder: Path, quick: bool, progress: Progress) -> Periods:
    """Write history, labels and the raw log of the live days; 45 days of which 7 live, or 26 and 2."""
    days = (10, 14, 17, 24, 25) if quick else (17, 24, 31, 38, 44)
    learn_from, judge_from, judge_until, live_from, last = days
    frame = pd.read_parquet(prepare(folder, 0, last, progress))
    write_transactions(frame[frame["day"] < live_from], folder)
    write_labels(frame, folder)
    record_raw(frame[frame["day"] >= live_from], folder, SEED)
    return Periods(
        training=_days(learn_from, judge_from),
        evaluation=_days(judge_from, judge_until),
        live=_days(live_from, last + 1),
    )


def dated(message: bytes, at: datetime) -> bytes | None:
    """A payment as if it were made at another time; None for what is no payment."""
    try:
        payment = json.loads(message)
    except ValueError:
        return None
    if not isinstance(payment, dict) or not {*payment} >= WHOLE:
        return None
    now = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({**payment, "event_time": now}).encode()


def _days(first: int, after: int) -> Period:
    start = START.to_pydatetime()
    return Period(start + timedelta(days=first), start + timedelta(days=after))


DEMO = Demo(
    model="fraud",
    backfill="backfill",
    live="realtime",
    raw="transactions_raw",
    accepted="transactions",
    build=build,
    known=("transactions_history", "labels"),
    challenger="fraud_boosting",
    key="customer_id",
    results=("predictions", "alerts", "dead_letters"),
    dated=dated,
)
"""What ``headrace demo fraud`` plays."""
