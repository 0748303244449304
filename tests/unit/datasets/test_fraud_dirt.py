"""Each kind of dirt spoils one thing and leaves the rest."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from datasets.fraud.dirt import DEFAULT_RATES, DirtRateError, spoil
from datasets.fraud.raw_events import record_raw

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {
    "transaction_id": 17,
    "event_time": "2018-04-01T00:00:31Z",
    "customer_id": 596,
    "terminal_id": 3156,
    "amount": 0.0,
}
PAYLOAD = json.dumps(GOOD).encode()
ONE_FIELD = sorted(set(DEFAULT_RATES) - {"duplicate", "not_json"})


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- simulation, not cryptography


def refused(constant: str) -> float:
    raise ValueError(constant)


@pytest.mark.parametrize("reason", ONE_FIELD)
@pytest.mark.parametrize("seed", range(5))
def test_only_one_field_is_spoiled_beside_the_id(reason: str, seed: int) -> None:
    bad = json.loads(spoil(reason, PAYLOAD, 9_000_000_000, dice(seed)))
    changed = {field for field in GOOD if repr(bad.get(field)) != repr(GOOD[field])} - {"transaction_id"}
    assert len(changed) == (0 if reason == "transaction_id_missing" else 1)
    assert bad.get("transaction_id") == (None if reason == "transaction_id_missing" else 9_000_000_000)


def test_an_amount_of_nothing_becomes_negative_too() -> None:
    assert json.loads(spoil("amount_negative", PAYLOAD, 1, dice(1)))["amount"] == -0.01


@pytest.mark.parametrize("seed", range(20))
def test_what_is_cut_off_or_garbled_can_not_be_parsed(seed: int) -> None:
    payload = spoil("not_json", PAYLOAD, 1, dice(seed))
    with pytest.raises(ValueError, match=r"."):
        json.loads(payload.decode(errors="replace"), parse_constant=refused)


def test_records_that_are_not_json_take_all_forms() -> None:
    payloads = [spoil("not_json", PAYLOAD, 1, dice(seed)) for seed in range(30)]
    assert any(b"\xff" in payload for payload in payloads)
    assert any(b"{" not in payload for payload in payloads)
    assert any(b"{" in payload and b"}" not in payload for payload in payloads)
    assert any(b"}{" in payload for payload in payloads)
    assert any(b"NaN" in payload for payload in payloads)


@pytest.mark.parametrize(
    ("reason", "forms"),
    [
        (
            "event_time_invalid",
            [b'"yesterday"', b'"2018-04-01T00:00:31"', b'"2018-04-01 00:00:31"', b'"2018-04-01"'],
        ),
        ("customer_id_invalid", [b'"C-596"', b" 596.5,", b" 596.0,", b'"0000596"', b'"customer_id": 597}']),
        ("amount_invalid", [b'"twelve"', b'"EUR"', b'"0.0d"', b" 0.001}", b'0000001"']),
    ],
)
def test_what_is_nearly_right_is_among_what_is_invalid(reason: str, forms: list[bytes]) -> None:
    payloads = b"".join(spoil(reason, PAYLOAD, 1, dice(seed)) for seed in range(40))
    assert [form for form in forms if form not in payloads] == []


def test_rates_together_are_two_percent() -> None:
    assert sum(DEFAULT_RATES.values()) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("rates", "message"), [({"lat": 0.1}, "no kind 'lat'"), ({"late": -0.1}, "for 'late'; got -0.1")]
)
def test_rates_that_can_not_be_used_are_refused_and_nothing_is_written(
    rates: dict[str, float], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DirtRateError, match=message):
        record_raw(pd.DataFrame(), tmp_path, seed=1, rates=rates)
    assert list(tmp_path.iterdir()) == []
