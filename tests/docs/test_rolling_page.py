"""The SQL of docs/rolling.md is valid, and its first result is what Flink gives."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headrace.runtime.session import Session

PAGE = (ROOT / "docs" / "rolling.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.+?)```", PAGE, re.DOTALL)
COLUMNS = "payment BIGINT, account BIGINT, shop BIGINT, amount DECIMAL(12, 2), fraud INT, event_time TIMESTAMP_LTZ(3)"


def table_with(*columns: str) -> Iterator[dict[str, str]]:
    """Rows of the page's table of these first columns."""
    lines = PAGE.splitlines()
    first = next(number for number, line in enumerate(lines) if _cells(line)[: len(columns)] == [*columns])
    names = _cells(lines[first])
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            return
        yield dict(zip(names, _cells(line)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _payment(cells: dict[str, str]) -> dict[str, Any]:
    return {**cells, "fraud": None, "event_time": f"{cells['event_time'].replace(' ', 'T')}Z"}


@pytest.fixture
def session(tmp_path: Path, open_session: Callable[..., Session]) -> Session:
    """A session with the page's table, and the functions."""
    lines = [json.dumps(_payment(cells)) + "\n" for cells in table_with("payment", "account")]
    (tmp_path / "payments.jsonl").write_text("".join(lines), encoding="utf-8")
    opened = open_session()
    functions = Suite(ROOT).use_case("fraud").functions
    for name in ("rolling", "rolling_in_order"):
        opened.environment.execute_sql(functions[name].executable)
    opened.environment.execute_sql(
        f"CREATE TABLE payments ({COLUMNS}, WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND) WITH ("
        f" 'connector' = 'filesystem', 'path' = '{tmp_path.as_uri()}', 'format' = 'json',"
        " 'json.timestamp-format.standard' = 'ISO-8601')"
    )
    return opened


@pytest.mark.flink
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_an_example_is_planned(session: Session, query: str) -> None:
    *before, last = query.split(";")
    for statement in before:
        session.environment.execute_sql(statement)
    assert "Physical Plan" in session.environment.explain_sql(last)


@pytest.mark.flink
def test_the_first_example_gives_its_table(session: Session) -> None:
    expected = [tuple(map(Decimal, row.values())) for row in table_with("payment", "count_1d")]
    with session.environment.execute_sql(QUERIES[0]).collect() as rows:
        assert sorted(tuple(map(Decimal, map(str, row))) for row in rows) == sorted(expected)
    assert len(expected) > 1
