from __future__ import annotations

from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite, UseCase
from headrace.tables.contract import Column, Table, comments, read_table, read_tables
from tests.local_tables import ROOT

PAYMENTS = """-- One row is one payment, (each once).
CREATE TABLE contracts.payments (
  id BIGINT NOT NULL COMMENT 'a comma, and a bracket (',
  country STRING NOT NULL,
  amount DECIMAL(12, 2) NOT NULL,
  tags ARRAY<STRING>,
  details ROW<a INT, b MAP<STRING, INT>>,
  payload BYTES,
  arrived_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  message AS DECODE(payload, 'UTF-8'),
  day_of AS CASE WHEN amount <= 0 THEN NULL ELSE 'x, y' END,
  PRIMARY KEY (id, country) NOT ENFORCED,
  WATERMARK FOR arrived_at AS arrived_at - INTERVAL '5' SECOND
);
"""


def use_case(**contracts: str) -> UseCase:
    return UseCase(
        "shop", {name: Statement(name, Path(f"{name}.sql"), text) for name, text in contracts.items()}
    )


def test_columns_are_those_that_stand_in_the_files() -> None:
    assert read_table(use_case(payments=PAYMENTS), "payments").columns == (
        Column("id", "BIGINT", required=True),
        Column("country", "STRING", required=True),
        Column("amount", "DECIMAL(12,2)", required=True),
        Column("tags", "JSON"),
        Column("details", "JSON"),
        Column("payload", "BYTES"),
        Column("arrived_at", "TIMESTAMP_LTZ(3)"),
    )


def test_key_and_time_are_read() -> None:
    table = read_table(use_case(payments=PAYMENTS), "payments")
    assert (table.key, table.time) == (("id", "country"), "arrived_at")


def test_a_contract_like_another_has_its_columns_key_and_time() -> None:
    case = use_case(payments=PAYMENTS, refunds="CREATE TABLE contracts.refunds LIKE contracts.payments;")
    payments, refunds = read_tables(case).values()
    assert refunds == Table("refunds", payments.columns, payments.key, payments.time)


def test_a_contract_like_another_may_add_columns() -> None:
    text = "CREATE TABLE contracts.refunds (why STRING) LIKE contracts.payments (EXCLUDING OPTIONS);"
    table = read_table(use_case(payments=PAYMENTS, refunds=text), "refunds")
    assert table.column_names[-2:] == ("arrived_at", "why")


def test_comments_are_those_of_the_columns_and_of_what_is_taken_over() -> None:
    payments = (
        "CREATE TABLE contracts.payments (id BIGINT COMMENT 'whose', tags ARRAY<STRING> COMMENT 'it''s, few')"
    )
    refunds = "CREATE TABLE contracts.refunds (why STRING, at INT COMMENT 'when') LIKE contracts.payments"
    case = use_case(payments=payments, refunds=refunds)
    assert comments(case, "refunds") == {"id": "whose", "tags": "it's, few", "at": "when"}


def test_a_contract_that_is_not_there_is_an_error_that_says_which_are() -> None:
    with pytest.raises(HeadraceError, match="has no contract 'visits'; it has: payments"):
        read_table(use_case(payments=PAYMENTS), "visits")


def test_like_an_unknown_contract_is_an_error_with_its_place() -> None:
    text = "-- A refund.\nCREATE TABLE contracts.refunds LIKE contracts.payment;"
    with pytest.raises(HeadraceError, match=r"refunds.sql:2: there is no contract 'payment'"):
        read_table(use_case(refunds=text), "refunds")


def test_a_column_that_can_not_be_read_is_an_error_with_its_place() -> None:
    text = "CREATE TABLE contracts.refunds (\n  id BIGINT,\n  why\n);"
    with pytest.raises(HeadraceError, match=r"refunds.sql:3: expected a column \(name TYPE …\), found 'why'"):
        read_table(use_case(refunds=text), "refunds")


@pytest.mark.parametrize(
    ("flink", "duckdb"),
    [
        ("BIGINT", "BIGINT"),
        ("INT", "INTEGER"),
        ("DOUBLE", "DOUBLE"),
        ("BOOLEAN", "BOOLEAN"),
        ("STRING", "VARCHAR"),
        ("VARCHAR(20)", "VARCHAR"),
        ("BYTES", "BLOB"),
        ("DECIMAL(12,2)", "DECIMAL(12,2)"),
        ("NUMERIC(5,0)", "DECIMAL(5,0)"),
        ("TIMESTAMP_LTZ(3)", "TIMESTAMPTZ"),
        ("TIMESTAMP(3)", "TIMESTAMP"),
        ("DATE", "DATE"),
        ("JSON", "JSON"),
    ],
)
def test_a_type_of_flink_has_its_like_in_duckdb(flink: str, duckdb: str) -> None:
    assert Column("x", flink).duckdb_type == duckdb


def test_every_contract_of_the_suite_can_be_read_and_has_a_time() -> None:
    suite = Suite(ROOT)
    for name in suite.use_cases:
        for table in read_tables(suite.use_case(name)).values():
            assert table.columns, table
            assert table.time, table
