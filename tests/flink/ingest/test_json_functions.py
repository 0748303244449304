"""Calls of ``json_fields``; what the functions make of values: tests/hostile/test_json_values.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.runtime.session import Session


@pytest.fixture
def environment(open_session: Callable[..., Session], tmp_path: Path) -> Any:
    """One with the function, and a table of messages."""
    opened = open_session().environment
    opened.execute_sql(Suite(ROOT).use_case("fraud").functions["json_fields"].executable)
    opened.execute_sql(
        "CREATE TABLE messages (payload BYTES, arrived_at TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', "
        f"'path' = '{tmp_path}', 'format' = 'json')"
    )
    return opened


@pytest.mark.flink
@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("payload => 'nothing', fields => 'a INT'", "nothing"),
        ("payload => 'arrived_at', fields => 'a INT'", "expected BYTES"),
        ("payload => 'payload', fields => 'a'", "expected names and types, as 'id BIGINT"),
        ("payload => 'payload', fields => 'a INT,,b INT'", "expected names and types, as 'id BIGINT"),
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
