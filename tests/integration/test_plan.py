"""``headrace plan --verify`` from end to end, with as few events as will do: what is said, not how fast it was."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from headrace.planning import machine, trial
from tests.artifact import make_artifact
from tests.unit.cli.conftest import headrace
from tests.unit.dead_letters.conftest import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.unit.cli.conftest import Said

__all__ = ["headrace"]

VERSION = "fraud-small"
SMALL = {
    "warm_up": (40, 60),
    "quiet_seconds": 2,
    "burst": 400,
    "settled_seconds": 1,
    "loaded_seconds": 2,
    "verified_seconds": 5,
    "warm_seconds": 1,
}
QUIET_SECONDS = 8.0
"""What the job refuses is waited for so long, four times."""
START = datetime(2018, 5, 1, tzinfo=timezone.utc)


def message(number: int) -> dict[str, Any]:
    """A payment as it was recorded; every tenth is refused by the job."""
    amount = -1.0 if number % 10 == 0 else 10.0 + number
    payment = {
        "transaction_id": number,
        "event_time": (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "customer_id": number % 7,
        "terminal_id": number % 5,
        "amount": amount,
    }
    return {
        "payload": b64encode(json.dumps(payment).encode()).decode(),
        "arrived_at": payment["event_time"],
    }


def test_a_plan_is_made_kept_and_verified(
    headrace: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "Extent", partial(machine.Extent, **SMALL))
    monkeypatch.setattr(trial, "Session", partial(trial.Session, quiet_seconds=QUIET_SECONDS))
    put(tmp_path, "transactions_raw", map(message, range(60)))
    make_artifact(tmp_path / "models" / VERSION, VERSION)
    asked = ("plan", "--rate", 20, "--p99", "10min", "--utilisation", 0.95, "--profile", "low-latency")
    where = ("--data", tmp_path, "--json")

    said = headrace(*asked, *where, "--verify", "--seconds", 5)
    assert said.out, said.err
    found = json.loads(said.out)
    recommended, verified = found["recommended"], found["verification"]
    assert (recommended["profile"], recommended["delivery"]) == ("low-latency", "exactly-once")
    assert found["model"]["version"] == VERSION
    assert [*verified["milliseconds"]] == ["p50", "p95", "p99", "p99.9", "max"]
    assert verified["unanswered"] == 0  # what the job refuses was found before
    assert verified["predicted"]["p99"] == recommended["p99"] * 1e3
    assert said.code == (0 if verified["holds"] else 1)

    [kept] = (tmp_path / "plan").glob("low-latency-*.json")
    measured = json.loads(kept.read_text())
    rates, utilisations, paths = zip(*measured["loads"])
    assert len(rates) == 3
    assert utilisations == tuple(sorted(utilisations))
    assert min(measured["slot_seconds"], measured["cpu_seconds"], measured["jvm_bytes"]) > 0
    assert all(path == sorted(path) for path in paths)
    again = headrace(*asked, *where)
    assert again.code == 0
    assert f"low-latency: calibrated {measured['measured']}" in again.err
