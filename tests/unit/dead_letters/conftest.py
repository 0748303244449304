"""A data folder with dead letters, and a job that is pretended: the rules of ingest in a few lines of Python."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Callable

import pytest

from headrace.dead_letters import replay as replaying
from headrace.runtime.job import load_job
from headrace.runtime.run import Run
from tests.local_tables import ROOT, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Rows = list[dict[str, Any]]


def event(number: int, **changes: Any) -> dict[str, Any]:
    """A good payment, with changes; a field changed to ... is left out."""
    whole = {
        "transaction_id": number,
        "event_time": f"2018-04-10T00:00:{number:02}Z",
        "customer_id": 7,
        "terminal_id": 8,
        "amount": 5.5,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def letter(offset: int, reason: str, payload: Any, **changes: Any) -> dict[str, Any]:
    """A row of dead_letters."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    row = {
        "reason": reason,
        "stage": "ingest",
        "detail": None,
        "payload": base64.b64encode(content).decode(),
        "arrived_at": f"2018-04-10T00:01:{offset:02}.000Z",
        "source": "payments-0",
        "source_offset": offset,
    }
    return {**row, **changes}


def accepted(number: int) -> dict[str, Any]:
    """A row of transactions."""
    place = {"arrived_at": "2018-04-10T00:01:00Z", "source": "payments-0", "source_offset": 100 + number}
    return {**event(number), **place}


def put(data: Path, table: str, rows: Iterable[dict[str, Any]], name: str = "part-0") -> None:
    """Write a file of a table."""
    (data / table).mkdir(parents=True, exist_ok=True)
    (data / table / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Transactions 1 and 2 are there; 3, 4 and 5 were refused, 1 came twice, and one record is no JSON."""
    folder = tmp_path / "data"
    put(folder, "transactions", [accepted(1), accepted(2)])
    put(
        folder,
        "dead_letters",
        [
            letter(13, "amount_negative", event(3, amount=-5.5)),
            letter(14, "amount_missing", event(4, amount=...)),
            letter(15, "late", event(5)),
            letter(11, "duplicate", event(1), detail="number 2 of transaction 1"),
            letter(19, "not_json", b"{\xff"),
        ],
    )
    return folder


@pytest.fixture
def run(data: Path) -> Run:
    return Run(ROOT, load_job(ROOT, "ingest"), data)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Pretend to run jobs; holds those that were run."""
    started: list[Run] = []

    def start(run: Run) -> Run:
        started.append(run)
        _ingest(run.data)
        return run

    monkeypatch.setattr(replaying, "start", start)
    return started


@pytest.fixture
def transactions(data: Path) -> Callable[[], list[int]]:
    return lambda: sorted(row["transaction_id"] for row in read_lines(data / "transactions"))


def _ingest(data: Path) -> None:
    """What the job makes of a raw log, with half of its rules."""
    rows: Rows = []
    dead: Rows = []
    for record in read_lines(data / "transactions_raw"):
        reason, content = _checked(base64.b64decode(record["payload"]), rows)
        if reason:
            dead.append({**record, "reason": reason, "stage": "ingest", "detail": "again"})
        else:
            place = {name: record[name] for name in ("arrived_at", "source", "source_offset")}
            rows.append({**content, **place})
    put(data, "transactions", rows)
    put(data, "dead_letters", dead)


def _checked(payload: bytes, rows: Rows) -> tuple[str, dict[str, Any]]:
    try:
        content = json.loads(payload)
    except ValueError:
        return "not_json", {}
    if "amount" not in content:
        return "amount_missing", {}
    if content["amount"] < 0:
        return "amount_negative", {}
    seen = {row["transaction_id"] for row in rows}
    return ("duplicate" if content["transaction_id"] in seen else ""), content
