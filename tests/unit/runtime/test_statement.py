from __future__ import annotations

from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement

VIEW = "CREATE TEMPORARY VIEW calm AS\nSELECT 1 AS one;\n"


def of(text: str, name: str = "calm") -> Statement:
    """A statement that was not read from a file, and so was not checked."""
    return Statement(name, Path(f"{name}.sql"), text)


def read(folder: Path, text: str, name: str = "calm") -> Statement:
    path = folder / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    return Statement.read(path)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 -- FROM storm\n",
        "SELECT 1 /* FROM\nstorm */\n",
        "SELECT 'FROM storm'",
        "SELECT 'it''s a storm'",
        "SELECT '-- ' || one FROM calm_sea -- storm",
    ],
)
def test_comments_and_literals_are_no_code(text: str) -> None:
    statement = of(text)
    assert "storm" not in statement.mentions
    assert len(statement.code) == len(text)
    assert statement.code.count("\n") == text.count("\n")


def test_a_comment_sign_in_a_literal_hides_nothing() -> None:
    assert "storm" in of("SELECT '--' FROM storm").mentions


def test_a_quote_in_a_comment_opens_no_literal() -> None:
    assert "storm" in of("-- the sea's\nSELECT 1 FROM storm -- it's").mentions


def test_mentions_are_bare_names_and_contracts_but_neither_columns_of_tables_nor_other_databases() -> None:
    statement = of("SELECT s.height FROM storm AS s JOIN contracts.sea AS c ON TRUE JOIN sinks.shore ON TRUE")
    assert {"storm", "contracts.sea"} <= statement.mentions
    assert not {"height", "sea", "shore", "sinks.shore"} & statement.mentions


def test_a_statement_does_not_mention_what_it_declares() -> None:
    assert "calm" not in of(VIEW).mentions
    assert "contracts.calm" not in of("CREATE TABLE contracts.calm (one INT)").mentions


def test_a_binding_mentions_its_contract() -> None:
    assert "contracts.calm" in of("CREATE TABLE calm WITH ('a' = 'b') LIKE contracts.calm").mentions


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        (VIEW, "calm"),
        ("create table if not exists contracts.calm (one INT)", "contracts.calm"),
        ("CREATE TEMPORARY SYSTEM FUNCTION calm AS 'a.b' LANGUAGE PYTHON", "calm"),
        ("-- CREATE TABLE storm\nSELECT 1", ""),
        ("INSERT INTO sinks.calm SELECT 1", ""),
    ],
)
def test_declares_the_name_after_create(text: str, declared: str) -> None:
    assert of(text).declares == declared


def test_sinks_are_what_is_inserted_into_outside_of_comments() -> None:
    text = "EXECUTE STATEMENT SET BEGIN insert\n into sinks.shore SELECT 1; -- INSERT INTO sinks.storm\nEND;"
    assert of(text).sinks == {"shore"}


def test_the_executable_text_has_no_closing_semicolon_and_keeps_its_lines() -> None:
    assert of("-- what it is\nSELECT 1;\n\n").executable == "-- what it is\nSELECT 1"


def test_reading_keeps_the_text_and_takes_the_name_of_the_file(tmp_path: Path) -> None:
    statement = read(tmp_path, VIEW)
    assert (statement.name, statement.text, statement.path) == ("calm", VIEW, tmp_path / "calm.sql")


def test_a_pipeline_needs_no_name_of_its_own_and_may_hold_several_inserts(tmp_path: Path) -> None:
    text = (
        "EXECUTE STATEMENT SET\nBEGIN\nINSERT INTO sinks.a SELECT 1;\nINSERT INTO sinks.b SELECT 1;\nEND;\n"
    )
    assert read(tmp_path, text, "any").sinks == {"a", "b"}


@pytest.mark.parametrize("text", ["", "\n\n", "-- only words\n", "/* only\nwords */"])
def test_a_file_without_statement_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(HeadraceError, match=r"calm\.sql:1: the file holds no statement"):
        read(tmp_path, text)


def test_a_second_statement_is_refused_at_the_line_where_the_first_ends(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"calm\.sql:2: a second statement follows"):
        read(tmp_path, VIEW + "\nCREATE VIEW storm AS SELECT 2;\n")


def test_a_semicolon_in_a_literal_ends_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "CREATE VIEW calm AS SELECT 'a;b' AS one;\n-- the end;\n").name == "calm"


@pytest.mark.parametrize(
    ("text", "found"), [("CREATE VIEW storm AS SELECT 1;", "storm"), ("SELECT 1;", "none")]
)
def test_a_file_named_otherwise_than_its_object_is_refused(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(
        HeadraceError, match=rf"calm\.sql:1: expected a statement that creates calm, found {found}"
    ):
        read(tmp_path, text)


def test_each_placeholder_is_replaced() -> None:
    bound = of("WITH ('path' = '${FOLDER}/a', 'topic' = '${TOPIC}')").bound({"FOLDER": "/f", "TOPIC": "t"})
    assert bound.text == "WITH ('path' = '/f/a', 'topic' = 't')"


def test_placeholders_are_found_by_name() -> None:
    assert of("'${FOLDER}/${TOPIC}', '$OTHER', '${FOLDER}'").placeholders == {"FOLDER", "TOPIC"}


def test_a_default_stands_where_there_is_no_value() -> None:
    topic = of("'${PREFIX:-case.}${TOPIC:-}a'")
    assert topic.placeholders == frozenset()
    assert topic.bound({}).text == "'case.a'"
    assert topic.bound({"PREFIX": "test-"}).text == "'test-a'"


def test_what_the_broker_s_client_replaces_itself_is_left_to_it() -> None:
    assert of("'${env:SECRET}'").bound({"env": "1"}).text == "'${env:SECRET}'"


def test_a_value_is_taken_as_it_is() -> None:
    assert of("'${FOLDER}'").bound({"FOLDER": "\\1 ${TOPIC}"}).text == "'\\1 ${TOPIC}'"


def test_a_placeholder_without_value_is_refused_with_file_and_line_and_how_to_give_one() -> None:
    with pytest.raises(HeadraceError, match=r"calm\.sql:3: \$\{TOPIC\} has no value") as raised:
        of("a\n${FOLDER}\n'${TOPIC}'").bound({"FOLDER": "/f"})
    assert "--set TOPIC=" in raised.value.hint
