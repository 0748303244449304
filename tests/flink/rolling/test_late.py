"""Rows behind the watermark."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flink.rolling.conftest import Table

SECOND = "INTERVAL '1' SECOND"
MINUTES = 60_000
ROWS = [(0, 0), (1, 10 * MINUTES), (2, 20 * MINUTES), (3, 9 * MINUTES), (4, 21 * MINUTES)]
"""Ids and times; the fourth is behind the watermark when it comes."""
CALL = (
    "input => TABLE `rows` PARTITION BY k, on_time => DESCRIPTOR(event_time),"
    " aggregates => 'count', windows => '15min'"
)


def write(table: Table) -> None:
    table.write((number, 1, time, None, None, None, None, None) for number, time in ROWS)


def test_on_arrival_a_late_row_is_answered_for_its_own_time(make_table: Callable[..., Table]) -> None:
    table = make_table(SECOND)
    write(table)
    found = table.by_id(f"SELECT id, count_15min FROM rolling({CALL})")  # noqa: S608
    assert found == {0: (1,), 1: (2,), 2: (2,), 3: (2,), 4: (4,)}


def test_in_order_a_late_row_is_not_lost(make_table: Callable[..., Table]) -> None:
    table = make_table(SECOND)
    write(table)
    found = table.by_id(f"SELECT id, count_15min FROM rolling_in_order({CALL})")  # noqa: S608
    assert found.keys() == {0, 1, 2, 3, 4}
    assert found[3] == (2,)
