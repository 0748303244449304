from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headrace.tables.contract import Column, Table
from headrace.tables.database import open_tables
from headrace.tables.query import QueryError, ask, overview

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

PAYMENTS = Table("payments", (Column("id", "BIGINT"), Column("city", "STRING")))
REFUNDS = Table("refunds", (Column("id", "BIGINT"),))


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    (tmp_path / "payments").mkdir()
    lines = [json.dumps({"id": number, "city": "Graz"}) for number in range(25)]
    (tmp_path / "payments" / "part-0").write_text("\n".join(lines))
    return open_tables([PAYMENTS, REFUNDS], tmp_path)


def test_all_rows_are_given_without_a_limit(connection: duckdb.DuckDBPyConnection) -> None:
    answer = ask(connection, "SELECT id FROM payments")
    assert (answer.columns, len(answer.rows), answer.more) == (["id"], 25, 0)


@pytest.mark.parametrize(("limit", "more"), [(0, 25), (20, 5), (25, 0), (30, 0)])
def test_a_limit_says_how_many_rows_are_beyond(
    connection: duckdb.DuckDBPyConnection, limit: int, more: int
) -> None:
    answer = ask(connection, "SELECT id FROM payments", limit)
    assert (len(answer.rows), answer.more) == (25 - more, more)


def test_a_column_name_that_comes_twice_is_numbered(connection: duckdb.DuckDBPyConnection) -> None:
    answer = ask(connection, "SELECT a.id, b.id FROM payments AS a JOIN payments AS b USING (id) LIMIT 1")
    assert answer.columns == ["id", "id_2"]


def test_an_unknown_table_is_named_with_those_there_are(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError) as raised:
        ask(connection, "SELECT * FROM payment")
    message, hint = str(raised.value).split("\n")
    assert "Table with name payment does not exist" in message
    assert "payments" in message
    assert "LINE" not in message
    assert hint == "Tables: payments, refunds."


def test_an_unknown_column_is_named_with_those_close_to_it(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match=r'(?s)"town" not found.*Tables: payments, refunds\.'):
        ask(connection, "SELECT town FROM payments")


def test_a_syntax_error_is_a_sentence(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match='syntax error at or near "SELEC"'):
        ask(connection, "SELEC 1")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DROP VIEW payments", "DROP"),
        ("COPY payments TO 'copy.csv'", "COPY"),
        ("CREATE TABLE t AS SELECT 1", "CREATE"),
        ("EXPLAIN ANALYZE COPY payments TO 'copy.csv'", "EXPLAIN"),
        ("SELECT 1; SELECT 2", "SELECT and SELECT"),
        ("", "nothing"),
    ],
)
def test_what_is_not_one_select_is_refused(
    connection: duckdb.DuckDBPyConnection, sql: str, found: str
) -> None:
    with pytest.raises(QueryError, match=f"expected one SELECT, found {found}"):
        ask(connection, sql)


def test_a_broken_line_in_a_file_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "payments").mkdir()
    (tmp_path / "payments" / "part-0").write_text('{"id": 1}\n{"id": \n')
    with pytest.raises(QueryError, match="part-0"):
        ask(open_tables([PAYMENTS], tmp_path), "SELECT * FROM payments")


@pytest.mark.parametrize("sql", ["FROM payments", "DESCRIBE payments", "SHOW TABLES", "VALUES (1)"])
def test_short_forms_of_a_select_are_answered(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert ask(connection, sql).rows


def test_the_overview_counts_rows_and_lists_columns(connection: duckdb.DuckDBPyConnection) -> None:
    assert overview(connection, [PAYMENTS, REFUNDS]) == [("payments", 25, "id, city"), ("refunds", 0, "id")]
