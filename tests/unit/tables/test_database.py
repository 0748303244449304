from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headrace.errors import HeadraceError
from headrace.tables.contract import Column, Table
from headrace.tables.database import add_views, open_tables, table_files, write_rows

if TYPE_CHECKING:
    from pathlib import Path

PAYMENTS = Table(
    "payments",
    (
        Column("id", "BIGINT"),
        Column("amount", "DECIMAL(12,2)"),
        Column("mean", "DOUBLE"),
        Column("payload", "BYTES"),
        Column("at", "TIMESTAMP_LTZ(3)"),
    ),
    ("id",),
    "at",
)
ROW = {"id": 1, "amount": 40.37, "mean": 0.1, "payload": "eyJhIjogMX0=", "at": "2018-04-24T00:00:08.5Z"}


def put(data: Path, name: str, *rows: dict[str, Any]) -> Path:
    path = data / "payments" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def ask(data: Path, sql: str) -> list[tuple[Any, ...]]:
    return open_tables([PAYMENTS], data).execute(sql).fetchall()


def test_values_have_the_types_of_the_contract(tmp_path: Path) -> None:
    put(tmp_path, "part-0", ROW)
    [(key, amount, mean, payload, at)] = ask(tmp_path, 'SELECT id, amount, mean, payload, "at" FROM payments')
    assert (key, amount, mean, payload) == (1, Decimal("40.37"), 0.1, b'{"a": 1}')
    assert at == datetime(2018, 4, 24, 0, 0, 8, 500_000, timezone.utc)
    assert at.utcoffset() == timedelta(0)


def test_rows_of_all_finished_files_are_read_those_in_subfolders_included(tmp_path: Path) -> None:
    put(tmp_path, "part-0", ROW)
    put(tmp_path, "replay-0001-0.jsonl", {**ROW, "id": 2})
    put(tmp_path, "day=1/part-1", {**ROW, "id": 3})
    put(tmp_path, "part-2")
    assert ask(tmp_path, "SELECT id FROM payments ORDER BY id") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("name", [".part-0.inprogress.1", "_tmp", ".hidden/part-0", "_temporary/part-0"])
def test_files_in_progress_are_left_out(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, ROW)
    assert table_files(tmp_path / "payments") == []
    assert ask(tmp_path, "SELECT id FROM payments") == []


def test_a_data_folder_below_a_hidden_one_is_read(tmp_path: Path) -> None:
    put(tmp_path / ".work", "part-0", ROW)
    assert ask(tmp_path / ".work", "SELECT id FROM payments") == [(1,)]


@pytest.mark.parametrize("files", [[], ["part-0"]])
def test_a_table_without_rows_has_its_columns_and_types(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        put(tmp_path, name)
    described = ask(tmp_path, "DESCRIBE payments")
    assert [(row[0], row[1]) for row in described] == [
        ("id", "BIGINT"),
        ("amount", "DECIMAL(12,2)"),
        ("mean", "DOUBLE"),
        ("payload", "BLOB"),
        ("payload_text", "VARCHAR"),
        ("at", "TIMESTAMP WITH TIME ZONE"),
    ]
    assert ask(tmp_path, "SELECT * FROM payments") == []


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("eyJhIjogMX0=", '{"a": 1}'),
        ("w6k=", "é"),
        ("e/8iYSInfQ==", '{\\xFF"a"\'}'),
        ("", ""),
    ],
)
def test_bytes_have_a_readable_neighbour(tmp_path: Path, payload: str, text: str) -> None:
    put(tmp_path, "part-0", {**ROW, "payload": payload})
    assert ask(tmp_path, "SELECT payload_text FROM payments") == [(text,)]


def test_a_column_that_a_line_lacks_is_null_and_one_beyond_the_contract_is_ignored(tmp_path: Path) -> None:
    put(tmp_path, "part-0", {"id": 1, "colour": "red"})
    assert ask(tmp_path, "SELECT * FROM payments") == [(1, None, None, None, None, None)]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="there is no data folder"):
        open_tables([PAYMENTS], tmp_path / "nowhere")


def test_tables_of_a_second_folder_stand_in_a_schema_of_their_own(tmp_path: Path) -> None:
    put(tmp_path / "a", "part-0", ROW)
    put(tmp_path / "b", "part-0", {**ROW, "id": 2})
    connection = open_tables([PAYMENTS], tmp_path / "a")
    add_views(connection, [PAYMENTS], tmp_path / "b", "other")
    found = connection.execute("SELECT id FROM other.payments ANTI JOIN payments USING (id)").fetchall()
    assert found == [(2,)]


def test_what_is_written_reads_back_the_same_and_in_the_order_of_the_query(tmp_path: Path) -> None:
    hard = {"id": 2, "amount": 1234567890.12, "mean": 0.1 + 0.2, "payload": "/w==", "at": None}
    put(tmp_path, "part-0", ROW, hard)
    connection = open_tables([PAYMENTS], tmp_path)
    path = tmp_path / "copy" / "payments" / "it's.jsonl"
    write_rows(connection, "SELECT * FROM payments ORDER BY id DESC", PAYMENTS.columns, path)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        hard,
        {**ROW, "at": "2018-04-24T00:00:08.500Z"},
    ]
    everything = "SELECT * FROM payments ORDER BY id"
    assert ask(tmp_path / "copy", everything) == ask(tmp_path, everything)
