"""Messages that nobody should send: each is taken as it was written or refused, and none ends the job.

Thousands of drawn messages, and some by hand, are read by one query; a strict reader in Python says what each must be.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timezone
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from headrace.runtime.configuration import embedded, operator_jars
from headrace.runtime.session import Session
from headrace.runtime.suite import Suite
from tests.json_drawn import STRATEGIES, Drawn, expected
from tests.json_values import READERS, TAKEN, Read, fields, read
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Value = TypeVar("Value")

VALUES_A_ROW = 100
MUTATED = 1_000
DIGITS = "9" * 100_000
LETTERS = "x" * 10_000_000
SAME_HASH = ["".join(parts) for parts in product(("Aa", "BB"), repeat=10)]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

TAKEN_ALL_THE_SAME: Mapping[str, str] = {
    "a number of 100,000 digits beside it": f'{{"w": {DIGITS}, "v": 1}}',
    "a fraction of 100,000 digits beside it": f'{{"w": 0.{DIGITS}e{DIGITS}, "v": 1}}',
    "a string of ten megabytes beside it": f'{{"w": "{LETTERS}", "v": 1}}',
    "a key of 100,000 characters beside it": f'{{"{"k" * 100_000}": 0, "v": 1}}',
    "100,000 keys beside it": json.dumps({**{f"k{number}": 0 for number in range(100_000)}, "v": 1}),
    "a thousand keys of one hash beside it": json.dumps({**dict.fromkeys(SAME_HASH, 0), "v": 1}),
    "a thousand levels beside it": f'{{"w": {"[" * 999}{"]" * 999}, "v": 1}}',
    "half a surrogate pair beside it": '{"w": "\\ud83d", "\\udc00": 2, "v": 1}',
    "U+0000 beside it": '{"w": "\\u0000", "\\u0000": 2, "v": 1}',
    "another key twice": '{"w": 1, "w": 2, "v": 1}',
    "the key again inside": '{"w": {"v": 3}, "v": 1, "x": [{"v": 4}]}',
    "the key escaped": '{"\\u0076": 1}',
    "white space around": ' \r\n\t{"v" : 1 } \n',
}
NOT_JSON: Mapping[str, bytes] = {
    "nothing": b"",
    "white space": b" \n",
    "a number": b"17",
    "an array": b'[{"v": 1}]',
    "a string": b'"v"',
    "null": b"null",
    "two objects": b'{"v": 1} {"v": 2}',
    "a comma after it": b'{"v": 1},',
    "a letter after it": b'{"v": 1}x',
    "U+0000 after it": b'{"v": 1}\0',
    "cut off": b'{"v": 1',
    "a byte order mark": b'\xef\xbb\xbf{"v": 1}',
    "UTF-16": '{"v": 1}'.encode("utf-16"),
    "UTF-32 without a mark": '{"v": 1}'.encode("utf-32-be"),
    "no UTF-8": b'{"v": "\xff"}',
    "a surrogate in UTF-8": b'{"v": "\xed\xa0\xbd"}',
    "a letter in too many bytes": b'{"\xc1\xb6": 1}',
    "1,001 levels": b'{"v": 1, "w": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    "a million brackets": b'{"v": ' + b"[" * 1_000_000,
    "a million objects": b'{"v":' * 1_000_000,
    "a raw line break in a string": b'{"v": "a\nb"}',
    "an escape that is none": b'{"v": "\\x41"}',
    "apostrophes": b"{'v': 1}",
    "a key without quotes": b"{v: 1}",
    "a comma at the end": b'{"v": 1,}',
    "a comment": b'{"v": 1 /* one */}',
    **{
        f"the value {value}": f'{{"v": {value}}}'.encode()
        for value in [
            "NaN",
            "Infinity",
            "-Infinity",
            "+1",
            ".5",
            "1.",
            "01",
            "-",
            "1e",
            "1d",
            "0x1F",
            "1_0",
            "True",
        ]
    },
}


class Answer(NamedTuple):
    """What the job's functions made of a message."""

    is_object: bool
    fields: dict[str, Read]
    time: datetime


def drawn(strategy: st.SearchStrategy[Value], count: int) -> list[Value]:
    """The same values each time."""
    values: list[Value] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(strategy)
    def collect(value: Value) -> None:
        values.append(value)

    collect()
    return values


@pytest.fixture(scope="module")
def rows() -> list[Drawn]:
    return [each for strategy in STRATEGIES.values() for each in drawn(strategy, VALUES_A_ROW)]


@pytest.fixture(scope="module")
def mutated(rows: list[Drawn]) -> list[bytes]:
    """Messages of the rows, each with a byte that is another, or missing, or there besides."""
    bytes_anywhere = st.tuples(
        st.sampled_from([row.message.encode() for row in rows]),
        st.floats(0, 1),
        st.binary(max_size=2),
        st.integers(0, 2),
    )
    return [
        message[: int(place * len(message))] + put + message[int(place * len(message)) + cut :]
        for message, place, put, cut in drawn(bytes_anywhere, MUTATED)
    ]


@pytest.fixture(scope="module")
def answers(
    rows: list[Drawn], mutated: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> list[Answer]:
    """Of all messages, in their order: rows, mutated ones, those by hand."""
    by_hand = [*(message.encode() for message in TAKEN_ALL_THE_SAME.values()), *NOT_JSON.values()]
    return read_by_flink(
        [*(row.message.encode() for row in rows), *mutated, *by_hand], tmp_path_factory.mktemp("raw")
    )


def read_by_flink(messages: Sequence[bytes], folder: Path) -> list[Answer]:
    lines = (json.dumps({"payload": b64encode(message).decode()}) + "\n" for message in messages)
    (folder / "messages.jsonl").write_text("".join(lines))
    with opened(folder).environment.execute_sql(_query()).collect() as found:
        return [_answer([*row]) for row in found]


def opened(folder: Path) -> Session:
    settings_of_flink = embedded({"table.local-time-zone": "UTC"}, "json", {}, operator_jars(ROOT))
    session = Session({**settings_of_flink, "parallelism.default": "1"})
    functions = Suite(ROOT).use_case("fraud").functions
    for name in ("json_fields", "json_time"):
        session.environment.execute_sql(functions[name].executable)
    session.environment.execute_sql(
        "CREATE TABLE messages (payload BYTES) WITH ('connector' = 'filesystem', "
        f"'path' = '{folder}', 'format' = 'json')"
    )
    for number, kind in enumerate(READERS):
        source = f"read_{number - 1}" if number else "messages"
        session.environment.execute_sql(
            f"CREATE TEMPORARY VIEW read_{number} AS SELECT * FROM json_fields(input => TABLE {source}, "  # noqa: S608 -- our own words
            f"payload => 'payload', fields => 'v {kind}', prefix => 'as_{number}_', uid => 'read_{number}')"
        )
    return session


def _query() -> str:
    columns = ["as_0_is_object"]
    for number, kind in enumerate(READERS):
        value = f"CAST(as_{number}_v AS TIMESTAMP(3))" if kind.startswith("TIMESTAMP") else f"as_{number}_v"
        columns += [f"as_{number}_v_present", value if kind == "STRING" else f"CAST({value} AS STRING)"]
    latest = "TO_TIMESTAMP_LTZ(253402300799999, 3)"
    columns.append(f"CAST(CAST(json_time(payload, 'v', {latest}) AS TIMESTAMP(3)) AS STRING)")
    return f"SELECT {', '.join(columns)} FROM read_{len(READERS) - 1}"  # noqa: S608 -- our own words


def _answer(row: list[Any]) -> Answer:
    pairs = zip(READERS, row[1:-1:2], row[2:-1:2])
    found = {kind: Read(_outcome(present, text), _value(kind, text)) for kind, present, text in pairs}
    return Answer(row[0], found, _time(row[-1]))


def _outcome(present: bool, text: str | None) -> str:
    return TAKEN if text is not None else "invalid" if present else "missing"


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=timezone.utc)


def _value(kind: str, text: str | None) -> Any:
    return None if text is None else OF_TEXT[kind](text)


OF_TEXT: Mapping[str, Callable[[str], Any]] = {
    "INT": int,
    "BIGINT": int,
    "DECIMAL(12, 2)": Decimal,
    "DOUBLE": float,
    "STRING": str,
    "BOOLEAN": "TRUE".__eq__,
    "TIMESTAMP_LTZ(3)": _time,
}


def by_python(message: bytes) -> Answer:
    pairs = fields(message)
    found = {kind: Read("missing") if pairs is None else read(pairs, "v", kind) for kind in READERS}
    return Answer(pairs is not None, found, found["TIMESTAMP_LTZ(3)"].value or EPOCH)


@pytest.mark.flink
def test_every_value_becomes_what_the_page_says(rows: list[Drawn], answers: list[Answer]) -> None:
    wrong = [
        (row.row, row.message[:200], kind, answer.fields[kind])
        for row, answer in zip(rows, answers)
        for kind in READERS
        if not answer.is_object or answer.fields[kind].outcome != expected(row, kind)
    ]
    assert wrong == []


@pytest.mark.flink
def test_flink_and_python_read_the_same_values(
    rows: list[Drawn], mutated: list[bytes], answers: list[Answer]
) -> None:
    messages = [*(row.message.encode() for row in rows), *mutated]
    both = ((message[:200], by_python(message), answer) for message, answer in zip(messages, answers))
    assert [each for each in both if each[1] != each[2]] == []
    assert {answer.is_object for answer in answers[len(rows) : len(messages)]} == {True, False}


@pytest.mark.flink
def test_what_nobody_reads_changes_nothing(
    rows: list[Drawn], mutated: list[bytes], answers: list[Answer]
) -> None:
    start = len(rows) + len(mutated)
    of_one = by_python(b'{"v": 1}')
    wrong = [name for name, answer in zip(TAKEN_ALL_THE_SAME, answers[start:]) if answer != of_one]
    assert wrong == []


@pytest.mark.flink
def test_what_is_no_object_has_no_fields_and_no_time(answers: list[Answer]) -> None:
    of_nothing = by_python(b"")
    wrong = [name for name, answer in zip(NOT_JSON, answers[-len(NOT_JSON) :]) if answer != of_nothing]
    assert wrong == []
