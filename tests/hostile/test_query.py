"""A question reads the tables of its data folder and nothing else, ends in time, and shows cells as they are."""

from __future__ import annotations

import json
import os
import signal
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from headrace.tables.database import connect
from headrace.tables.query import ask
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range * b.range % 7 = 3"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data" / "labels").mkdir(parents=True)
    (tmp_path / "data" / "labels" / "part-0").write_text(json.dumps({"transaction_id": 7}), encoding="utf-8")
    (tmp_path / "secret.txt").write_text("root:x:0", encoding="utf-8")
    return tmp_path / "data"


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_text('{}')",
        "SELECT * FROM '{}'",
        "FROM read_csv('{}')",
        "FROM read_json('{}')",
        "FROM glob('{}*')",
        "FROM read_blob('http://127.0.0.1:9/a')",
        "FROM sqlite_scan('{}', 't')",
        "FROM query('FROM read_text(''{}'')')",
        "FROM sys",
    ],
)
def test_a_question_reads_nothing_but_the_tables(headrace: Headrace, data: Path, sql: str) -> None:
    said = headrace("query", sql.format(data.parent / "secret.txt"), "--data", data)
    assert "root:x:0" not in one_error(said)


def test_the_tables_can_be_read(headrace: Headrace, data: Path) -> None:
    said = headrace("query", "SELECT transaction_id FROM labels", "--data", data, "--json")
    assert json.loads(said.out) == [{"transaction_id": 7}]


def test_a_question_that_takes_too_long_ends_in_a_sentence(headrace: Headrace, data: Path) -> None:
    said = headrace("query", ENDLESS, "--data", data, "--timeout", "0.2")
    assert "no answer within 0.2 s" in one_error(said)
    assert "--timeout" in said.err


def test_an_interrupt_stops_a_question() -> None:
    Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        ask(connect(), ENDLESS)


def test_cells_are_shown_as_they_are(headrace: Headrace, data: Path) -> None:
    cell = "root:x:0 :smile: [red]no[/red] \\[b]"
    said = headrace("query", f"SELECT '{cell}' AS \"[i]:x:\", 1 AS b", "--data", data)
    assert cell in said.out
    assert "[i]:x:" in said.out


def test_what_a_terminal_would_act_on_is_made_visible(headrace: Headrace, data: Path) -> None:
    codes = "27, 7, 8238, 8203, 155"
    said = headrace(
        "query",
        f"SELECT list_aggregate(list_transform([{codes}], lambda c: chr(c)), 'string_agg', '') AS a",
        "--data",
        data,
    )
    assert r"\x1b\x07\u202e\u200b\x9b" in said.out
