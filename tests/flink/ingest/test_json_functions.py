"""``json_fields`` and ``json_time`` read what Flink's own JSON functions read."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from headrace.runtime.configuration import embedded, operator_jars
from headrace.runtime.session import Session
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "yyyy-MM-dd''T''HH:mm:ss[.SSS]''Z''"
ARRIVED = "2018-05-01 10:00:00"
MESSAGES = [
    b'{"a": 1, "b": "x", "t": "2018-05-01T09:59:59Z"}',
    b'{"a": 57.160, "b": 1e3, "t": "2018-05-01T09:59:59.250Z"}',
    b'{"a": 123456789012345678901234567890, "b": true, "t": "2018-05-01T10:00:00Z"}',
    b'{"a": null, "b": {"c": 1}, "t": ["2018-05-01T09:00:00Z"]}',
    b'{"a": [1], "b": "\\u00e9\\n\\ud83d\\ude00", "t": "2018-05-01T10:00:01Z"}',
    b'{"a": 1, "a": 2, "b": "", "t": "2018-02-30T10:00:00Z"}',
    b'{"b": "  padded ", "t": "2018-05-01T09:59:59+01:00"}',
    b'{"a": 1} and more',
    b'{"a": 1',
    b'[{"a": 1}]',
    b'"a"',
    b"17",
    b"null",
    b"",
    b"  ",
    b"\xef\xbb\xbf{}",
    b'{"a.b": 1, "A": 2, "t": 20180501}',
    b'{"a": NaN}',
]
NOT_UTF8 = b'{"a": "\xff"}'
COMPARED = f"""
SELECT
  said_is_object = (message IS JSON OBJECT)
    AND said_a IS NOT DISTINCT FROM JSON_VALUE(message, '$.a')
    AND said_b IS NOT DISTINCT FROM JSON_VALUE(message, '$.b')
    AND `time` IS NOT DISTINCT FROM CASE
      WHEN TO_TIMESTAMP_LTZ(JSON_VALUE(message, '$.t'), '{FORMAT}') <= arrived_at
      THEN TO_TIMESTAMP_LTZ(JSON_VALUE(message, '$.t'), '{FORMAT}')
      ELSE TO_TIMESTAMP_LTZ(0, 3)
    END AS same,
  said_is_object
FROM (
  SELECT *, DECODE(payload, 'UTF-8') AS message, json_time(payload, 't', '{FORMAT}', arrived_at) AS `time`
  FROM json_fields(input => TABLE messages, payload => 'payload', fields => 'a, b', prefix => 'said_', uid => 'm')
)
"""  # noqa: S608 -- our own words


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("messages")
    lines = [
        json.dumps({"payload": base64.b64encode(each).decode(), "arrived_at": f"{ARRIVED}Z"})
        for each in [*MESSAGES, NOT_UTF8]
    ]
    (made / "messages.jsonl").write_text("\n".join([*lines, json.dumps({"arrived_at": f"{ARRIVED}Z"})]))
    return made


@pytest.fixture(scope="module")
def session(folder: Path) -> Session:
    """One with the functions, and a table of messages."""
    opened = Session(
        {
            **embedded({"table.local-time-zone": "UTC"}, "json", {}, operator_jars(ROOT)),
            "parallelism.default": "1",
        }
    )
    functions = Suite(ROOT).use_case("fraud").functions
    for name in ("json_fields", "json_time"):
        opened.environment.execute_sql(functions[name].executable)
    opened.environment.execute_sql(
        "CREATE TABLE messages (payload BYTES, arrived_at TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', "
        f"'path' = '{folder}', 'format' = 'json')"
    )
    return opened


def answers(session: Session) -> list[list[Any]]:
    with session.environment.execute_sql(COMPARED).collect() as rows:
        return [[*row] for row in rows]


@pytest.mark.flink
def test_they_agree_with_flinks_own(session: Session) -> None:
    found = answers(session)[: len(MESSAGES)]
    assert len(found) == len(MESSAGES)
    assert [message for message, (same, _) in zip(MESSAGES, found) if not same] == []


@pytest.mark.flink
def test_what_is_not_utf8_or_not_there_is_no_object(session: Session) -> None:
    assert [is_object for _, is_object in answers(session)[len(MESSAGES) :]] == [False, False]


@pytest.mark.flink
@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("payload => 'nothing', fields => 'a'", "nothing"),
        ("payload => 'arrived_at', fields => 'a'", "expected BYTES"),
        ("payload => 'payload', fields => 'a,,b'", "a name without letters"),
        ("payload => 'payload', fields => 'a, a'", "names one twice"),
    ],
)
def test_a_wrong_call_is_refused_at_planning(session: Session, call: str, said: str) -> None:
    query = f"SELECT * FROM json_fields(input => TABLE messages, {call})"  # noqa: S608 -- our own words
    with pytest.raises(Exception, match="ValidationException") as caught:
        session.environment.sql_query(query)
    assert said in str(re.findall(r"Exception: (.+)", str(caught.value))[-1])
