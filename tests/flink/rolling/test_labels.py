"""Labels that come late, as rows of their own on the same key, and as a delay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flink.rolling.conftest import Table

DAY = 86_400_000
DELAY = 7 * DAY
CALL = "PARTITION BY k, on_time => DESCRIPTOR(event_time), aggregates => 'count(n), avg(n)', windows => '1d, 30d'"
COLUMNS = "n_count_1d, n_avg_1d, n_count_30d, n_avg_30d"


def labelled(count: int = 600, keys: int = 8) -> list[tuple[int, int, int, int]]:
    """Id, key, time and label of events over two months."""
    random = np.random.default_rng(11)
    times = 1_600_000_000_000 + np.cumsum(random.integers(1, 2 * 60 * DAY // count, count))
    return [
        (row, int(random.integers(keys)), int(times[row]), int(random.random() < 0.2)) for row in range(count)
    ]


def expected(events: list[tuple[int, int, int, int]]) -> dict[int, tuple[Any, ...]]:
    """Labels of the key between 7 days, and 7 and 1 or 30 days before."""
    found = {}
    for number, key, time, _ in events:
        results: list[Any] = []
        for days in (1, 30):
            labels = [
                label
                for _, other, at, label in events
                if other == key and time - DELAY - days * DAY < at <= time - DELAY
            ]
            results += [len(labels), sum(labels) / len(labels) if labels else None]
        found[number] = tuple(results)
    return found


def test_live_rows_with_null_and_labels_on_their_own_clock_give_the_share_of_labels(
    make_table: Callable[..., Table],
) -> None:
    events = labelled()
    live = [(number, key, time, None) for number, key, time, _ in events]
    labels = [(-number, key, time + DELAY, label) for number, key, time, label in events]
    arriving = sorted([*labels, *live], key=lambda row: (row[2], row[0]))
    table = make_table()
    table.write((number, key, time, None, None, label, None, None) for number, key, time, label in arriving)
    found = table.by_id(f"SELECT id, {COLUMNS} FROM rolling(input => TABLE `rows` {CALL}) WHERE n IS NULL")  # noqa: S608
    assert found == expected(events)


def test_a_delay_gives_the_same_where_the_label_stands_in_the_row(make_table: Callable[..., Table]) -> None:
    events = labelled()
    table = make_table()
    table.write((number, key, time, None, None, label, None, None) for number, key, time, label in events)
    delayed = f"{CALL}, delay => '7d'"
    found = table.by_id(f"SELECT id, {COLUMNS} FROM rolling(input => TABLE `rows` {delayed})")  # noqa: S608
    assert found == expected(events)
