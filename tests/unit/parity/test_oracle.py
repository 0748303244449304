"""The oracle against counting one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import HeadraceError
from headrace.parity.oracle import compute
from headrace.tables.contract import Column, Table
from tests.unit.parity.tables import (
    HOUR,
    WINDOWS,
    Paid,
    contract,
    counted,
    database,
    declared,
    payments,
    seen_by,
    seen_of_others,
)

TYPES = {"count": "BIGINT", "distinct": "BIGINT", "avg": "DOUBLE"}
aggregates = st.sampled_from(["count", "sum", "avg", "min", "max", "distinct"])
delays = st.sampled_from(["0ms", "1h", "1d"])


def computed(paid: list[Paid], others: list[Paid], kind: str = "", **window: Any) -> dict[str, list[Any]]:
    of_kind = contract(kind or TYPES.get(window["aggregate"], "DECIMAL(38, 2)"))
    with database(paid, others) as connection:
        found = compute(connection, declared(**window), of_kind).to_pydict()
    return {
        name: [each if each is None else Fraction(each) for each in column] for name, column in found.items()
    }


def expected(aggregate: str, seen: dict[str, list[list[Paid]]]) -> dict[str, list[Any]]:
    found = {length: [counted(aggregate, each) for each in rows] for length, rows in seen.items()}
    return {
        f"w_{length}": [each if each is None else Fraction(each) for each in rows]
        for length, rows in found.items()
    }


@settings(deadline=None)
@given(payments, aggregates, delays)
def test_a_row_sees_itself_and_those_before_it_within_the_half_open_window(
    paid: list[Paid], aggregate: str, delay: str
) -> None:
    wait = {"0ms": 0, "1h": HOUR, "1d": 24 * HOUR}[delay]
    found = computed(paid, [], aggregate=aggregate, value="amount", delay=delay)
    seen = {
        name: [seen_by(number, paid, window, wait) for number in range(len(paid))]
        for name, window in WINDOWS.items()
    }
    assert found == {"id": [*range(len(paid))], **expected(aggregate, seen)}


@settings(deadline=None)
@given(payments, payments, aggregates, delays, st.sampled_from(["before", "after"]))
def test_events_of_another_table_count_before_or_after_a_row_of_their_moment(
    paid: list[Paid], others: list[Paid], aggregate: str, delay: str, ties: str
) -> None:
    wait = {"0ms": 0, "1h": HOUR, "1d": 24 * HOUR}[delay]
    asked = {
        "aggregate": aggregate,
        "value": "amount",
        "delay": delay,
        "of": "others",
        "time": "paid_at",
        "ties": ties,
    }
    seen = {
        name: [seen_of_others(own, others, window, wait, equals=ties == "before") for own in paid]
        for name, window in WINDOWS.items()
    }
    assert computed(paid, others, **asked) == {"id": [*range(len(paid))], **expected(aggregate, seen)}


def test_sums_beyond_64_bits_are_exact() -> None:
    rows = [Paid(0, 0, 10**12 - 1)] * 30
    with database(rows, []) as connection:
        connection.execute("UPDATE paid SET amount = 1")
        asked = declared(aggregate="sum", value="CAST(9000000000000000000 AS BIGINT)")
        found = compute(connection, asked, contract("DECIMAL(38, 0)"))
    assert int(found["w_1h"][29].as_py()) == 30 * 9 * 10**18


def test_floating_point_numbers_are_added_as_if_without_rounding() -> None:
    with database([Paid(0, number, 0) for number in range(3)], []) as connection:
        connection.execute("UPDATE paid SET x = CASE id WHEN 0 THEN 1e100 WHEN 1 THEN 1.0 ELSE -1e100 END")
        found = compute(connection, declared(aggregate="sum", value="x"), contract("DOUBLE"))
    assert found["w_1h"].to_pylist() == [1e100, 1e100, 1.0]


@pytest.mark.parametrize(
    ("aggregate", "of_two"), [("stddev", 1.0), ("last", 3.0), ("avg", 2.0), ("min", 1.0)]
)
def test_floating_point_numbers_have_every_aggregate(aggregate: str, of_two: float) -> None:
    with database([Paid(0, 0, 1), Paid(0, 1, 3)], []) as connection:
        found = compute(connection, declared(aggregate=aggregate, value="x"), contract("DOUBLE"))
    assert found["w_1d"][1].as_py() == pytest.approx(of_two if aggregate != "stddev" else 2**0.5)


def test_what_a_window_without_values_is_is_declared() -> None:
    found = computed([Paid(0, 0, None)], [], aggregate="avg", value="amount", empty=0)
    assert found["w_1h"] == [0]


def test_text_can_be_counted_but_not_added() -> None:
    with database([Paid(0, 0, 1), Paid(0, 1, 2)], []) as connection:
        asked = declared(aggregate="distinct", value="CAST(amount AS VARCHAR)")
        assert compute(connection, asked, contract("BIGINT"))["w_1h"].to_pylist() == [1, 2]
        with pytest.raises(HeadraceError, match="expected numbers, found VARCHAR"):
            compute(
                connection, declared(aggregate="sum", value="CAST(amount AS VARCHAR)"), contract("DOUBLE")
            )


def test_features_that_only_one_side_knows_are_refused() -> None:
    narrow = Table("features", (Column("id", "BIGINT"),))
    with database([], []) as connection, pytest.raises(HeadraceError, match="only declared: w_1h, w_1d"):
        compute(connection, declared(aggregate="count"), narrow)


def test_a_row_without_time_is_refused() -> None:
    with database([Paid(0, 0, 1)], []) as connection:
        connection.execute("UPDATE paid SET paid_at = NULL")
        with pytest.raises(HeadraceError, match="has rows without paid_at"):
            compute(connection, declared(aggregate="count"), contract("BIGINT"))
