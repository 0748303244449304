"""Keys without rows are forgotten, on the clock of the machine."""

# ruff: noqa: S608 -- queries of our own words

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flink.rolling.conftest import Table

CALL = "SELECT count_1s FROM rolling(input => TABLE watched PARTITION BY k, aggregates => 'count', windows => '1s'"
LONGER_THAN_THE_WINDOW = 2.0
LINE = "1,1,0,,,,,\n"
OFTEN = {"execution.checkpointing.interval": "200 ms", "execution.checkpointing.min-pause": "0 ms"}
"""Answers can be read after a checkpoint."""


def counts_of_two_rows_with_a_pause(table: Table, call: str) -> list[Any]:
    """Two rows of the same time; the second is written when the first is answered and its state is older than 1 s."""
    table.folder.mkdir()
    table.environment.execute_sql(
        "CREATE TABLE watched WITH ('source.monitor-interval' = '100 ms') LIKE `rows`"
    )
    (table.folder / "first.csv").write_text(LINE, encoding="utf-8")
    with table.environment.execute_sql(call).collect() as answers:
        first = next(answers)[0]
        time.sleep(LONGER_THAN_THE_WINDOW)
        (table.folder / ".second.csv").write_text(LINE, encoding="utf-8")
        (table.folder / ".second.csv").rename(table.folder / "second.csv")
        return [first, next(answers)[0]]


@pytest.mark.parametrize(("idle", "counts"), [("0s", [1, 1]), ("1h", [1, 2])])
def test_a_key_is_forgotten_when_it_was_idle_for_longer_than_windows_and_idle(
    make_table: Callable[..., Table], idle: str, counts: list[int]
) -> None:
    assert counts_of_two_rows_with_a_pause(make_table(**OFTEN), f"{CALL}, idle => '{idle}')") == counts


def test_what_the_query_says_of_all_state_holds_here_too(make_table: Callable[..., Table]) -> None:
    table = make_table(**OFTEN, **{"table.exec.state.ttl": "1100 ms"})
    assert counts_of_two_rows_with_a_pause(table, f"{CALL})") == [1, 1]


def test_a_query_that_would_forget_rows_in_a_window_is_refused(make_table: Callable[..., Table]) -> None:
    table = make_table(**{"table.exec.state.ttl": "6 d"})
    call = "input => TABLE `rows` PARTITION BY k, aggregates => 'count', windows => '1d, 7d'"
    refused = "after 518400 s without rows a key would be forgotten, but its windows look back 604800 s"
    with pytest.raises(Exception, match=refused):
        table.environment.explain_sql(f"SELECT * FROM rolling({call})")
