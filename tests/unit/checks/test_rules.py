from __future__ import annotations

from pathlib import Path

import pytest

from headrace.checks.rules import RULES, SqlFile, broken_rules, misbound, read_files
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite
from tests.unit.runtime.conftest import FILES, lay

CONTRACT = """-- One row is one visit.
CREATE TABLE contracts.visits (
  id BIGINT NOT NULL COMMENT 'the visit',
  at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' COMMENT 'when, UTC',
  PRIMARY KEY (id) NOT ENFORCED,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
);
"""
VIEW = "-- One row is one visit.\nCREATE TEMPORARY VIEW visits AS\nSELECT id FROM stays;\n"
FUNCTION = "-- A guess.\nCREATE TEMPORARY SYSTEM FUNCTION visits AS 'udfs.guess' LANGUAGE PYTHON;\n"
PIPELINE = (
    "-- Visits.\nEXECUTE STATEMENT SET\nBEGIN\n  INSERT INTO sinks.visits SELECT id FROM stays;\nEND;\n"
)
BINDING = "-- Lines.\nCREATE TABLE visits WITH (\n  'path' = '${FOLDER}'\n) LIKE contracts.visits;\n"
GOOD = {
    "contracts": CONTRACT,
    "views": VIEW,
    "functions": FUNCTION,
    "pipelines": PIPELINE,
    "bindings": BINDING,
}


def broken(kind: str, text: str) -> list[str]:
    """What is wrong with a text, without the name of the file."""
    statement = Statement("visits", Path("visits.sql"), text)
    return [
        said.removeprefix("visits.sql:")
        for said in broken_rules(SqlFile(statement.path, kind, "", statement))
    ]


@pytest.mark.parametrize("kind", RULES)
def test_a_good_file_breaks_no_rule(kind: str) -> None:
    assert broken(kind, GOOD[kind]) == []


@pytest.mark.parametrize("kind", RULES)
def test_every_file_starts_with_a_comment(kind: str) -> None:
    text = GOOD[kind].split("\n", 1)[1]
    assert broken(kind, text) == ["1: expected a comment that says what one row is"]


@pytest.mark.parametrize("star", ["*", "s.*", "DISTINCT *", "id, s.*"])
def test_columns_are_named(star: str) -> None:
    assert broken("views", VIEW.replace("SELECT id", f"SELECT {star}")) == [
        "3: expected the names of columns, found *"
    ]


@pytest.mark.parametrize("counted", ["COUNT(*)", "2 * id", "'SELECT *'", "id /* SELECT * */"])
def test_other_stars_are_no_columns(counted: str) -> None:
    assert broken("views", VIEW.replace("SELECT id", f"SELECT {counted}")) == []


@pytest.mark.parametrize("kind", ["contracts", "views", "functions", "pipelines"])
def test_a_value_of_an_environment_stands_in_a_connector_only(kind: str) -> None:
    assert broken(kind, GOOD[kind] + "-- ${HOST}\n")[0].endswith("${HOST} belongs into connectors/")


def test_a_contract_has_no_options() -> None:
    text = CONTRACT.replace("\n);", "\n) WITH ('connector' = 'kafka');")
    assert broken("contracts", text) == ["7: options of a connector belong into connectors/"]


def test_a_view_may_have_a_common_table_expression() -> None:
    assert broken("views", VIEW.replace("SELECT id", "WITH few AS (SELECT 1)\nSELECT id")) == []


def test_a_view_is_temporary() -> None:
    assert broken("views", VIEW.replace("TEMPORARY ", "")) == ["1: expected CREATE TEMPORARY VIEW"]


def test_a_contract_is_in_the_database_of_contracts() -> None:
    assert broken("contracts", CONTRACT.replace("contracts.", "")) == [
        "1: expected CREATE TABLE contracts.visits"
    ]


@pytest.mark.parametrize("column", ["shop STRING", "hour AS HOUR(at)"])
def test_each_column_of_a_contract_has_a_comment(column: str) -> None:
    name = column.split(maxsplit=1)[0]
    assert broken("contracts", CONTRACT.replace("  PRIMARY", f"  {column},\n  PRIMARY")) == [
        f"5: column {name} has no COMMENT"
    ]


def test_the_word_comment_in_a_literal_is_no_comment() -> None:
    text = CONTRACT.replace("  PRIMARY", "  said AS 'COMMENT',\n  PRIMARY")
    assert broken("contracts", text) == ["5: column said has no COMMENT"]


def test_a_contract_has_a_watermark() -> None:
    text = CONTRACT.replace(",\n  WATERMARK FOR at AS at - INTERVAL '5' SECOND", "")
    assert broken("contracts", text) == ["1: contract visits has no watermark"]


def test_a_contract_may_take_its_watermark_over() -> None:
    assert broken("contracts", "-- One row.\nCREATE TABLE contracts.visits LIKE contracts.stays;\n") == []


def test_a_pipeline_writes_to_sinks() -> None:
    assert broken("pipelines", PIPELINE.replace("sinks.visits", "visits")) == [
        "4: expected INSERT INTO sinks.visits"
    ]


@pytest.mark.parametrize("like", ["LIKE contracts.stays", "LIKE visits", ""])
def test_a_binding_is_like_the_contract_of_its_name(like: str) -> None:
    (said,) = broken("bindings", BINDING.replace("LIKE contracts.visits", like))
    assert said.endswith(": expected LIKE contracts.visits")


def test_a_file_that_can_not_be_read_is_wrong_in_the_words_of_whoever_read_it(tmp_path: Path) -> None:
    lay(tmp_path, {**FILES, "sql/shop/views/empty.sql": "-- nothing\n"})
    (file,) = [file for file in read_files(Suite(tmp_path)) if file.statement is None]
    assert list(broken_rules(file)) == [f"{tmp_path}/sql/shop/views/empty.sql:1: the file holds no statement"]


def test_every_sql_file_is_read_with_its_kind(tmp_path: Path) -> None:
    files = read_files(Suite(lay(tmp_path, FILES)))
    assert len(files) == sum(name.endswith(".sql") for name in FILES)
    assert {file.kind for file in files} == set(RULES)


def misbound_in(tmp_path: Path, binding: str, contract: str = CONTRACT) -> list[str]:
    lay(
        tmp_path,
        {**FILES, "sql/shop/contracts/visits.sql": contract, "connectors/disk/shop/visits.sql": binding},
    )
    suite = Suite(tmp_path)
    prefix = f"{tmp_path}/connectors/disk/shop/"
    return [said.removeprefix(prefix) for said in misbound(suite, read_files(suite))]


def test_a_binding_needs_no_columns(tmp_path: Path) -> None:
    assert misbound_in(tmp_path, BINDING) == []


def test_a_binding_may_say_where_metadata_comes_from(tmp_path: Path) -> None:
    columns = "(\n  at TIMESTAMP_LTZ(3),\n  topic STRING METADATA FROM 'topic'\n) WITH"
    assert misbound_in(tmp_path, BINDING.replace("WITH", columns, 1)) == []


def test_another_column_of_a_binding_belongs_into_the_contract(tmp_path: Path) -> None:
    (said,) = misbound_in(tmp_path, BINDING.replace("WITH", "(\n  shop STRING\n) WITH", 1))
    assert said.startswith("visits.sql:3: column shop belongs into the contract")


def test_an_environment_may_have_a_view_in_a_form_of_its_own(tmp_path: Path) -> None:
    own = "-- At once.\nCREATE TEMPORARY VIEW long_visits AS\nSELECT * FROM visits;\n"
    lay(tmp_path, {**FILES, "connectors/disk/shop/long_visits.sql": own})
    suite = Suite(tmp_path)
    files = [file for file in read_files(suite) if file.path.match("connectors/*/*/long_visits.sql")]
    assert [said for file in files for said in broken_rules(file)] == []
    assert list(misbound(suite, files)) == []


def test_an_environments_own_form_of_no_view_is_wrong(tmp_path: Path) -> None:
    own = "-- At once.\nCREATE TEMPORARY VIEW sales AS\nSELECT * FROM visits;\n"
    lay(tmp_path, {**FILES, "connectors/disk/shop/sales.sql": own})
    suite = Suite(tmp_path)
    (said,) = misbound(suite, read_files(suite))
    assert "disk/shop/sales.sql:1: there is no view sales: expected" in said


def test_a_binding_of_no_contract_is_wrong(tmp_path: Path) -> None:
    lay(tmp_path, {**FILES, "connectors/disk/shop/stays.sql": BINDING.replace("visits", "stays")})
    suite = Suite(tmp_path)
    (said,) = misbound(suite, read_files(suite))
    assert "disk/shop/stays.sql:1: there is no contract stays: expected" in said
    assert said.endswith("sql/shop/contracts/stays.sql")
