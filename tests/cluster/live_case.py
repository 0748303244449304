"""A live case of the fraud suite: known history and labels, then a raw log with dirt that arrives in parts."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from datasets.fraud.benchmark import benchmark
from datasets.fraud.dirt import DUPLICATE
from datasets.fraud.raw_events import record_raw
from datasets.fraud.tables import LABEL_DELAY_DAYS, write_labels, write_transactions

if TYPE_CHECKING:
    from pathlib import Path

    from datasets.fraud.raw_events import Expectation

LIVE_DAY = 9
CUSTOMERS = 300
PARTS = 3
DEAR = 60


@dataclass(frozen=True)
class LiveCase:
    """Payments of a few customers.

    Attributes:
        history: payments of the days before.
        labels: verdicts on payments at the terminals of the live day.
        parts: lines of the live log, part by part.
        expected: dead letters by reason, and transactions.
    """

    history: pd.DataFrame
    labels: pd.DataFrame
    parts: list[bytes]
    expected: Counter[str]

    def lay(self, data: Path) -> None:
        """Write history and labels where the live environment reads them."""
        write_transactions(self.history, data)
        write_labels(self.labels, data)

    def drop(self, number: int, inbox: Path) -> None:
        """Put a part into the inbox, as if it had arrived on the evening of the live day."""
        path = inbox / "payments.log"
        path.write_bytes(self.parts[number])
        evening = self.history["event_time"].max().ceil("D") + pd.Timedelta(days=1)
        os.utime(path, (evening.timestamp(), evening.timestamp()))

    def records(self, parts: int) -> int:
        """How many records the first parts hold."""
        return sum(part.count(b"\n") for part in self.parts[:parts])


def make_live_case(folder: Path) -> LiveCase:
    """Make the case of the benchmark's tenth day.

    Each part but the first repeats the last message of the one before. Verdicts are made up, so that there are frauds
    among them; the last ones come during the live day and after it.
    """
    everybody = benchmark(0, LIVE_DAY)
    frame = everybody[everybody["customer_id"] < CUSTOMERS]
    known = everybody[everybody["terminal_id"].isin(frame.loc[frame["day"] == LIVE_DAY, "terminal_id"])]
    live = thirds(frame[frame["day"] == LIVE_DAY])
    recorded = [record(part, folder / str(number), seed=number) for number, part in enumerate(live)]
    expected = sum((counts for _, counts in recorded), Counter({DUPLICATE: PARTS - 1}))
    return LiveCase(
        history=frame[frame["day"] < LIVE_DAY],
        labels=known[known["day"] <= LIVE_DAY - LABEL_DELAY_DAYS + 1].assign(
            fraud=(known["amount"] > DEAR).astype(int)
        ),
        parts=overlapping([messages for messages, _ in recorded]),
        expected=expected,
    )


def thirds(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Three parts of a day; in the second, which two subtasks race for, no customer pays twice."""
    size = len(frame) // PARTS
    first, second, third = frame[:size], frame[size : 2 * size], frame[2 * size :]
    return [first, second.drop_duplicates("customer_id"), third]


def record(frame: pd.DataFrame, folder: Path, seed: int) -> tuple[list[bytes], Counter[str]]:
    """Messages of a log with dirt in it, and what becomes of them."""
    found: Expectation = record_raw(frame, folder, seed)
    log = folder / "transactions_raw" / "payments-0.jsonl"
    messages = [b64decode(json.loads(line)["payload"]) for line in log.read_text().splitlines()]
    return messages, Counter({**found.dead_letters, "clean": found.clean})


def overlapping(parts: list[list[bytes]]) -> list[bytes]:
    """Files of lines; each begins with the last message of the one before, which is a duplicate there."""
    repeated = [[], *([part[-1]] for part in parts[:-1])]
    return [b"".join(message + b"\n" for message in [*first, *part]) for first, part in zip(repeated, parts)]
