"""Messages of payments, some of them dirt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from datasets.fraud.benchmark import benchmark
from datasets.fraud.dirt import DEFAULT_RATES
from datasets.fraud.raw_events import record_raw

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = 2_000


def recorded_log(folder: Path, last_day: int = 4) -> list[dict[str, Any]]:
    """Rows of a recorded log in order of arrival, with every kind of dirt but lateness.

    Which message is late depends on which partition is read first, so two runs need not agree on it.

    Args:
        folder: where the log is written.
        last_day: of the benchmark; some 3,900 payments a day.
    """
    frame = benchmark(0, last_day)
    record_raw(frame[frame["customer_id"] < CUSTOMERS], folder, 1, {**DEFAULT_RATES, "late": 0})
    log = (folder / "transactions_raw" / "payments-0.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in log.splitlines()]
