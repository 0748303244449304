"""Small raw logs, as tests of replays write them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def payment(number: int, time: str, customer: int, amount: Any) -> bytes:
    """A message of the payment system; everybody pays at a terminal of their own."""
    return json.dumps(
        {
            "transaction_id": number,
            "event_time": f"{time}Z",
            "customer_id": customer,
            "terminal_id": customer + 100,
            "amount": amount,
        }
    ).encode()


def write_log(data: Path, records: Iterable[tuple[str, bytes]]) -> None:
    """A recorded log: arrival times and payloads."""
    write_rows(
        data,
        "transactions_raw",
        (
            {
                "payload": b64encode(payload).decode(),
                "arrived_at": f"{time}Z",
                "source": "payments-0",
                "source_offset": offset,
            }
            for offset, (time, payload) in enumerate(records)
        ),
    )


def write_rows(data: Path, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """A table of one file."""
    (data / table).mkdir(parents=True)
    (data / table / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
