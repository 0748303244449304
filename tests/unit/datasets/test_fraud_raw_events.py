"""A recorded log holds every good event once, and as much dirt of each kind as it says."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.fraud.benchmark import benchmark
from datasets.fraud.dirt import DEFAULT_RATES
from datasets.fraud.raw_events import Expectation, plain_lines, record_raw
from tests.json_values import TAKEN, Pairs, fields
from tests.json_values import read as field_of

BOUND = timedelta(seconds=5)
TOLERANCE = timedelta(minutes=1)
COLUMNS = {
    "transaction_id": "BIGINT",
    "event_time": "TIMESTAMP_LTZ(3)",
    "customer_id": "BIGINT",
    "terminal_id": "BIGINT",
    "amount": "DECIMAL(12, 2)",
}


class Read(NamedTuple):
    """A record as the reader of this test sees it; ``reason`` is empty for a good one."""

    reason: str
    payload: bytes
    event: dict[str, Any]


def instant(text: str) -> datetime:
    """A time as the log writes it, with or without milliseconds."""
    form = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in text else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.strptime(text, form).replace(tzinfo=timezone.utc)


def defect(pairs: Pairs) -> str:
    """What is wrong with an event by itself, or nothing."""
    for field, kind in COLUMNS.items():
        outcome = field_of(pairs, field, kind).outcome
        if outcome != TAKEN:
            return f"{field}_{outcome}"
    return "amount_negative" if field_of(pairs, "amount", COLUMNS["amount"]).value < 0 else ""


def parse(payload: bytes) -> tuple[str, dict[str, Any]]:
    """The defect of a payload by itself, and its event where it has one."""
    pairs = fields(payload)
    return ("not_json", {}) if pairs is None else (defect(pairs), json.loads(payload))


def misplaced(time: datetime, arrived_at: datetime, greatest: datetime) -> str:
    """What is wrong with the place of an event in the log, or nothing."""
    if time > arrived_at + TOLERANCE:
        return "future"
    return "late" if time <= greatest - BOUND else ""


def read(folder: Path) -> list[Read]:
    """Read a log as the contract says: one reason a record, late by the greatest time before it."""
    found: list[Read] = []
    ids: set[int] = set()
    greatest = datetime(1970, 1, 2, tzinfo=timezone.utc)
    for line in (folder / "transactions_raw" / "payments-0.jsonl").read_text().splitlines():
        record = json.loads(line)
        payload, arrived_at = b64decode(record["payload"]), instant(record["arrived_at"])
        reason, event = parse(payload)
        time = arrived_at if reason else instant(event["event_time"])
        reason = reason or misplaced(time, arrived_at, greatest)
        reason = reason or ("duplicate" if event["transaction_id"] in ids else "")
        ids.add(event.get("transaction_id", -1))
        greatest = max(greatest, min(time, arrived_at))
        found.append(Read(reason, payload, event))
    return found


def dead_letters(records: list[Read]) -> dict[str, int]:
    return dict(Counter(record.reason for record in records if record.reason))


def events(times: list[int]) -> pd.DataFrame:
    """Good events at the given seconds."""
    count = range(len(times))
    return pd.DataFrame(
        {
            "transaction_id": count,
            "event_time": pd.to_datetime(sorted(times), unit="s", utc=True, origin="2018-04-01"),
            "customer_id": [number % 7 for number in count],
            "terminal_id": [number % 5 for number in count],
            "amount": [number / 100 for number in count],
        }
    )


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return benchmark(4, 4)


@pytest.fixture(scope="module")
def log(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Expectation]:
    folder = tmp_path_factory.mktemp("log")
    return folder, record_raw(frame, folder, seed=1)


def test_a_reader_finds_the_dirt_that_is_expected(log: tuple[Path, Expectation]) -> None:
    folder, expectation = log
    records = read(folder)
    assert dead_letters(records) == expectation.dead_letters
    assert expectation.dead_letters.keys() == DEFAULT_RATES.keys()
    assert len(records) == expectation.events_in
    assert expectation.events_in == expectation.clean + sum(expectation.dead_letters.values())


def test_every_good_event_is_there_once_and_unchanged(
    log: tuple[Path, Expectation], frame: pd.DataFrame
) -> None:
    folder, expectation = log
    good = [record.payload for record in read(folder) if not record.reason]
    assert sorted(good) == sorted(plain_lines(frame).splitlines())
    assert expectation.clean == len(good) == len(frame)


def test_two_percent_are_dirt(log: tuple[Path, Expectation]) -> None:
    _, expectation = log
    assert sum(expectation.dead_letters.values()) / expectation.clean == pytest.approx(0.02, abs=0.001)


def test_the_expectation_is_written_beside_the_log(log: tuple[Path, Expectation]) -> None:
    folder, expectation = log
    assert json.loads((folder / "expected.json").read_text()) == {
        "events_in": expectation.events_in,
        "clean": expectation.clean,
        "dead_letters": expectation.dead_letters,
    }


def test_a_record_says_when_and_from_where_it_came(log: tuple[Path, Expectation]) -> None:
    folder, expectation = log
    lines = (folder / "transactions_raw" / "payments-0.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert list(records[0]) == ["payload", "arrived_at", "source", "source_offset"]
    assert {record["source"] for record in records} == {"payments-0"}
    assert [record["source_offset"] for record in records] == list(range(expectation.events_in))
    assert all(len(record["arrived_at"]) == len("2018-04-05T00:00:00.000Z") for record in records)


def test_the_log_is_out_of_order_in_event_time(log: tuple[Path, Expectation]) -> None:
    folder, _ = log
    times = [record.event["event_time"] for record in read(folder) if not record.reason]
    assert times != sorted(times)


def test_a_duplicate_repeats_earlier_bytes(log: tuple[Path, Expectation]) -> None:
    folder, _ = log
    before: set[bytes] = set()
    for record in read(folder):
        if record.event:
            assert (record.payload in before) == (record.reason == "duplicate")
            before.add(record.payload)


def test_bad_records_have_ids_of_their_own(log: tuple[Path, Expectation]) -> None:
    folder, _ = log
    records = [record for record in read(folder) if record.event.get("transaction_id") is not None]
    fresh = [r.event["transaction_id"] for r in records if r.reason and r.reason != "duplicate"]
    assert min(fresh) >= 9_000_000_000
    assert len(set(fresh)) == len(fresh)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    logs = []
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        record_raw(frame.head(500), tmp_path / name, seed)
        logs.append((tmp_path / name / "transactions_raw" / "payments-0.jsonl").read_bytes())
    first, again, other = logs
    assert first == again
    assert first != other


def test_a_kind_of_dirt_does_not_depend_on_the_others(frame: pd.DataFrame, tmp_path: Path) -> None:
    record_raw(frame, tmp_path / "all", seed=3)
    alone = record_raw(frame, tmp_path / "late", seed=3, rates={"late": DEFAULT_RATES["late"]})
    late = [[r.payload for r in read(tmp_path / name) if r.reason == "late"] for name in ("all", "late")]
    assert late[0] == late[1]
    assert alone.dead_letters == {"late": len(late[0])}


def test_without_rates_there_is_no_dirt(frame: pd.DataFrame, tmp_path: Path) -> None:
    expectation = record_raw(frame, tmp_path, seed=1, rates={"late": 0.0})
    assert expectation == Expectation(events_in=len(frame), clean=len(frame), dead_letters={})
    assert dead_letters(read(tmp_path)) == {}


def test_no_events_make_an_empty_log(tmp_path: Path) -> None:
    assert record_raw(events([]), tmp_path, seed=1) == Expectation(0, 0, {})
    assert read(tmp_path) == []


def test_plain_lines_are_what_the_producer_sends() -> None:
    frame = events([31]).assign(transaction_id=17, customer_id=596, terminal_id=3156, amount=57.16)
    line = (
        '{"transaction_id": 17, "event_time": "2018-04-01T00:00:31Z", '
        '"customer_id": 596, "terminal_id": 3156, "amount": 57.16}\n'
    )
    assert plain_lines(frame).decode() == line
    assert json.dumps(json.loads(line)) == line.strip()


@settings(max_examples=60, deadline=None)
@given(
    times=st.lists(st.integers(0, 300), min_size=1, max_size=60),
    seed=st.integers(0, 2**32 - 1),
    rates=st.dictionaries(st.sampled_from(sorted(DEFAULT_RATES)), st.floats(0, 1)),
)
def test_no_dirt_makes_a_good_event_late_or_lost(
    times: list[int], seed: int, rates: dict[str, float]
) -> None:
    frame = events(times)
    with TemporaryDirectory() as folder:
        expectation = record_raw(frame, Path(folder), seed, rates)
        records = read(Path(folder))
        arrivals = [
            json.loads(line)["arrived_at"]
            for line in (Path(folder) / "transactions_raw" / "payments-0.jsonl").read_text().splitlines()
        ]
    assert arrivals == sorted(arrivals)
    assert dead_letters(records) == expectation.dead_letters
    good = [record.payload for record in records if not record.reason]
    assert sorted(good) == sorted(plain_lines(frame).splitlines())
