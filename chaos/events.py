"""Messages of payments, some of them dirt."""

from __future__ import annotations

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, overload

from datasets.fraud.benchmark import benchmark
from datasets.fraud.dirt import DEFAULT_RATES
from datasets.fraud.raw_events import record_raw
from demos.fraud import dated

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


class HappeningNow(Sequence[dict[str, Any]]):
    """Rows of a recorded log, each dated when it is first looked at; whoever looks again sees the same row.

    Deployments take effect by event time, so events of years ago would all fall to the first one.

    Args:
        rows: whole payments, as :func:`clean` gives them.
    """

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows = rows
        self._dated: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        """A row, dated now if nobody has seen it; or those of a slice that somebody has seen."""
        if isinstance(place, slice):
            return self._dated[place]
        with self._lock:
            while len(self._dated) <= place:
                self._dated.append(_dated_now(self._rows[len(self._dated)]))
        return self._dated[place]


def clean(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows whose message is a whole payment, each payment once."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        payment = dated(b64decode(row["payload"] or ""), datetime.now(timezone.utc))
        if payment:
            found.setdefault(json.loads(payment)["transaction_id"], row)
    return [*found.values()]


def _dated_now(row: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    payment = dated(b64decode(row["payload"]), now) or b""
    return {**row, "payload": b64encode(payment).decode(), "arrived_at": json.loads(payment)["event_time"]}
