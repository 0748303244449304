from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from headrace.cli import console
from headrace.cli.app import app
from headrace.tables.query import QueryError

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PAYMENT = {"transaction_id": 1, "amount": 40.37, "event_time": "2018-04-24T00:00:08Z"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "transactions").mkdir()
    lines = [json.dumps({**PAYMENT, "transaction_id": number}) for number in range(25)]
    (tmp_path / "transactions" / "part-0").write_text("\n".join(lines))
    return tmp_path


def query(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["query", "--data", str(data), *arguments])


def test_without_sql_the_tables_are_listed(data: Path) -> None:
    rows = {row["table"]: row for row in json.loads(query(data, "--json").stdout)}
    assert rows["transactions"]["rows"] == 25
    assert rows["transactions"]["columns"].startswith("transaction_id, customer_id")
    assert rows["predictions"]["rows"] == 0
    assert "dead_letters_replayed" in rows


def test_people_see_a_table_and_how_many_rows_are_beyond(data: Path) -> None:
    shown = query(data, "SELECT transaction_id, event_time FROM transactions").stdout
    assert "│             19 │ 2018-04-24T00:00:08.000Z │" in shown
    assert "│             20 │" not in shown
    assert "… 5 more rows" in shown


def test_rows_too_wide_for_the_terminal_are_shown_one_below_the_other(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "width", 60)
    shown = query(data, "SELECT * FROM transactions ORDER BY transaction_id", "--limit", "1").stdout
    assert "row 1\n  transaction_id  0\n" in shown
    assert "  amount          40.37\n" in shown


def test_scripts_get_all_rows_as_objects(data: Path) -> None:
    rows = json.loads(
        query(data, "SELECT transaction_id, amount, event_time FROM transactions", "--json").stdout
    )
    assert len(rows) == 25
    assert rows[1] == {"transaction_id": 1, "amount": 40.37, "event_time": "2018-04-24T00:00:08.000Z"}


def test_scripts_may_ask_for_fewer(data: Path) -> None:
    assert len(json.loads(query(data, "FROM transactions", "--json", "--limit", "3").stdout)) == 3


def test_text_that_looks_like_markup_is_shown_as_it_is(data: Path) -> None:
    assert "[red]hot[/]" in query(data, "SELECT '[red]hot[/]' AS word").stdout


def test_a_wrong_query_is_an_error_for_the_user(data: Path) -> None:
    assert isinstance(query(data, "FROM nothing").exception, QueryError)
