"""Keys are forgotten when the watermark has left their windows behind, and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flink.rolling.conftest import Table

HOUR = 3_600_000
CALL = (
    "input => TABLE `rows` PARTITION BY k, on_time => DESCRIPTOR(event_time),"
    " aggregates => 'count', windows => '1min'"
)
NUMBERS_ALONE = CALL.replace("count", "count(n)")
ROWS = [(0, 1, 0), (1, 2, HOUR), (2, 1, 0)]
"""Id, key and time; the third is of the time of the first, an hour after that."""


def counts(table: Table, call: str) -> dict[int, tuple[int, ...]]:
    table.write((number, key, at, None, None, 1, None, None) for number, key, at in ROWS)
    column = "n_count_1min" if "count(n)" in call else "count_1min"
    return table.by_id(f"SELECT id, {column} FROM rolling({call})")  # noqa: S608 -- our own words


@pytest.mark.parametrize("call", [CALL, NUMBERS_ALONE])
@pytest.mark.parametrize("backend", ["hashmap", "rocksdb"])
@pytest.mark.parametrize(("lateness", "seen"), [("INTERVAL '1' SECOND", 1), ("INTERVAL '2' HOUR", 2)])
def test_what_a_key_has_kept_goes_with_the_watermark_alone(
    make_table: Callable[..., Table], lateness: str, seen: int, backend: str, call: str
) -> None:
    table = make_table(lateness, **{"state.backend.type": backend})
    assert counts(table, call) == {0: (1,), 1: (1,), 2: (seen,)}


def test_a_short_time_to_live_of_all_other_state_does_not_matter(make_table: Callable[..., Table]) -> None:
    table = make_table("INTERVAL '2' HOUR", **{"table.exec.state.ttl": "1 ms"})
    assert counts(table, CALL) == {0: (1,), 1: (1,), 2: (2,)}
