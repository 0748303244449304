"""Calls of ``json_fields``; what the functions make of values: tests/hostile/test_json_values.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.runtime.session import Session

MESSAGES = "(VALUES (CAST(NULL AS BYTES)), (ENCODE('{\"id\": 7}', 'UTF-8'))) AS messages (payload)"


@pytest.fixture
def environment(open_session: Callable[..., Session]) -> Any:
    """One with the functions, and a table of messages."""
    opened = open_session().environment
    functions = Suite(ROOT).use_case("fraud").functions
    for name in ("json_fields", "json_time"):
        opened.execute_sql(functions[name].executable)
    opened.execute_sql(f"CREATE TEMPORARY VIEW messages AS SELECT * FROM {MESSAGES}")  # noqa: S608 -- our own words
    return opened


@pytest.mark.flink
def test_a_message_without_bytes_has_neither_fields_nor_a_time(environment: Any) -> None:
    query = """
    SELECT is_object, id, id_present, UNIX_TIMESTAMP(CAST(json_time(payload, 'id', TO_TIMESTAMP_LTZ(1, 3)) AS STRING))
    FROM json_fields(input => TABLE messages, payload => 'payload', fields => 'id BIGINT')
    """
    with environment.execute_sql(query).collect() as rows:
        assert sorted([*row] for row in rows) == [[False, None, False, 0], [True, 7, True, 0]]


@pytest.mark.flink
@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("payload => 'nothing', fields => 'a INT'", "nothing"),
        ("payload => 'payload', fields => 'a'", "expected names and types, as 'id BIGINT"),
        ("payload => 'payload', fields => 'a INT,,b INT'", "expected names and types, as 'id BIGINT"),
        ("payload => 'payload', fields => ''", "expected names and types, as 'id BIGINT"),
        ("payload => 'payload', fields => 'a INT, a INT'", "can not be read"),
        ("payload => 'payload', fields => 'a INT, a_present INT'", "two columns would have one name"),
        ("payload => 'payload', fields => 'is_object BOOLEAN'", "two columns would have one name"),
        ("payload => 'payload', fields => 'a FLOAT'", "'a' is FLOAT; expected BOOLEAN, INT, BIGINT"),
        (
            "payload => 'payload', fields => 'a VARCHAR(3)'",
            "'a' is VARCHAR(3); expected BOOLEAN, INT, BIGINT",
        ),
        (
            "payload => 'payload', fields => 'a TIMESTAMP(3)'",
            "'a' is TIMESTAMP(3); expected BOOLEAN, INT, BIGINT",
        ),
    ],
)
def test_a_wrong_call_is_refused_at_planning(environment: Any, call: str, message: str) -> None:
    query = f"SELECT * FROM json_fields(input => TABLE messages, {call})"  # noqa: S608 -- our own words
    with pytest.raises(Exception, match="ValidationException") as caught:
        environment.sql_query(query)
    assert message in str(re.findall(r"Exception: (.+)", str(caught.value))[-1])
