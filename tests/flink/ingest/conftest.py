"""Runs the job ``ingest`` over records and gives what it made of them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from headrace.runtime.job import load_job
from headrace.runtime.run import Run, start
from tests.local_tables import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class Record(NamedTuple):
    """A record of the log: when it arrived (epoch milliseconds) and its bytes."""

    arrived: int
    payload: bytes


@dataclass(frozen=True)
class Ingested:
    """What came out.

    Attributes:
        transactions: rows, as the table has them.
        reasons: dead letters by reason.
    """

    transactions: list[dict[str, Any]]
    reasons: Counter[str]

    @property
    def payments(self) -> set[tuple[Any, ...]]:
        """Event time in milliseconds, id, customer, terminal and amount; when and where it arrived is left out."""
        columns = ("transaction_id", "customer_id", "terminal_id", "amount")
        return {
            (milliseconds(row["event_time"]), *(row[column] for column in columns))
            for row in self.transactions
        }


@pytest.fixture
def ingest(root: Path, tmp_path: Path) -> Callable[[Sequence[Record]], Ingested]:
    """Runs the job over a log, each time in a new folder."""
    numbers = count()

    def _ingest(log: Sequence[Record]) -> Ingested:
        data = tmp_path / str(next(numbers))
        write_log(data, log)
        return run_ingest(root, data)

    return _ingest


def run_ingest(root: Path, data: Path) -> Ingested:
    """Run the job over a data folder."""
    start(Run(root, load_job(root, "ingest"), data)).wait(every=0.1)
    reasons = Counter(row["reason"] for row in read_lines(data / "dead_letters"))
    return Ingested(read_lines(data / "transactions"), reasons)


def write_log(data: Path, log: Sequence[Record]) -> None:
    """Write records as a recorded log of one file."""
    rows = [
        {
            "payload": b64encode(record.payload).decode(),
            "arrived_at": iso(record.arrived),
            "source": "payments-0",
            "source_offset": offset,
        }
        for offset, record in enumerate(log)
    ]
    (data / "transactions_raw").mkdir(parents=True)
    (data / "transactions_raw" / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def iso(at: int) -> str:
    """A time in the producer's words, UTC."""
    moment = datetime.fromtimestamp(at // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"


def milliseconds(text: str) -> int:
    """A time in milliseconds since 1970."""
    return int(np.datetime64(text.rstrip("Z"), "ms").astype(np.int64))
