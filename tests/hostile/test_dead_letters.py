"""What dead letters claim of themselves is read as strictly as a job reads it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import duckdb
import pytest

from headrace.dead_letters.selection import read_events
from headrace.tables.contract import Column, Table

PAYMENTS = Table(
    "payments",
    (Column("id", "BIGINT", required=True), Column("paid_at", "TIMESTAMP_LTZ(3)")),
    key=("id",),
    time="paid_at",
)
NOON = "2018-05-01T12:00:00Z"


def read(**changes: Any) -> tuple[Any, Any]:
    payload = json.dumps({"id": 7, "paid_at": NOON, **changes}).encode()
    with duckdb.connect() as connection:
        return read_events(connection, PAYMENTS, [payload])[0]


@pytest.mark.parametrize("number", [1.5, 7.0, "1e3", "007", " 7", True, None, [7], {"id": 7}, 2**63])
def test_what_is_no_id_is_not_the_id_of_another_event(number: Any) -> None:
    """A letter whose event is there is not sent again: 1.5 must not be 2."""
    assert read(id=number)[0] is None


@pytest.mark.parametrize("number", [7, "7", -7, 2**63 - 1])
def test_whole_numbers_are_ids(number: Any) -> None:
    assert read(id=number)[0] == (int(number),)


@pytest.mark.parametrize(
    "time",
    [
        "2018-05-01",
        "2018-05-01T12:00:00",
        "2018-05-01 12:00:00Z",
        "infinity",
        "epoch",
        "99999-01-01T00:00:00Z",
        0,
    ],
)
def test_what_is_no_time_orders_nothing(time: Any) -> None:
    assert read(paid_at=time)[1] is None


@pytest.mark.parametrize(
    "time", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_times_that_python_has_not_end_nothing(time: str) -> None:
    assert read(paid_at=time) == ((7,), None)


def test_times_with_an_offset_are_instants() -> None:
    noon = datetime(2018, 5, 1, 12, tzinfo=timezone.utc)
    assert read(paid_at=NOON)[1] == read(paid_at="2018-05-01T14:00:00+02:00")[1] == noon


def test_nesting_without_end_is_no_event() -> None:
    with duckdb.connect() as connection:
        assert (
            read_events(connection, PAYMENTS, [b"[" * 1_000_000, b'{"id":' * 100_000]) == [(None, None)] * 2
        )
