"""The format headrace-protobuf on files: every type, to and from others than Flink, and what it refuses."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from headrace.connectors.manifest import read_manifest
from headrace.connectors.store import JarStore
from headrace.runtime.configuration import operator_jars
from tests.messages import FRAME_BYTES, compiled, framed, schema_id
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.flink

COLUMNS = """
  id BIGINT NOT NULL,
  small INT NOT NULL,
  yes BOOLEAN NOT NULL,
  narrow FLOAT NOT NULL,
  wide DOUBLE NOT NULL,
  said STRING NOT NULL,
  content BYTES NOT NULL,
  amount DECIMAL(12, 2) NOT NULL,
  instant TIMESTAMP_LTZ(3) NOT NULL,
  local_time TIMESTAMP(6) NOT NULL
"""
MAY_BE_NULL = COLUMNS.replace(" NOT NULL", "")
KINDS = ("int64", "int32", "bool", "float", "double", "string", "bytes", "string")
TIMES = ("google.protobuf.Timestamp", "google.protobuf.Timestamp")
NAMES = [line.split()[0] for line in COLUMNS.strip().splitlines()]
SECOND = 1_522_576_830
"""2018-04-01 10:00:30 UTC."""
ROW = f"""
  CAST({2**40} AS BIGINT), -7, TRUE, CAST(1.5 AS FLOAT), 0.1e0, 'größer', x'00ff', CAST(1000.01 AS DECIMAL(12, 2)),
  TO_TIMESTAMP_LTZ({SECOND}250, 3), TIMESTAMP '1969-12-31 23:59:59.999999'
"""
PLAIN = (2**40, -7, True, 1.5, 0.1, "größer", b"\x00\xff", "1000.01")
ZEROS = """
  CAST(0 AS BIGINT), 0, FALSE, CAST(0 AS FLOAT), 0e0, '', x'', CAST(0 AS DECIMAL(12, 2)),
  TO_TIMESTAMP_LTZ(0, 3), TIMESTAMP '1970-01-01 00:00:00'
"""
READ = """
  id, small, yes, narrow, wide, said, content, amount,
  CAST(CAST(instant AS TIMESTAMP(3)) AS STRING), CAST(local_time AS STRING)
"""


def schema(presence: str = "") -> str:
    """What a reader of the table compiles."""
    kinds = zip((*KINDS, *TIMES), NAMES)
    fields = [f"  {presence}{kind} {name} = {n};\n" for n, (kind, name) in enumerate(kinds, start=1)]
    head = 'syntax = "proto3";\n\npackage test;\n\nimport "google/protobuf/timestamp.proto";\n\n'
    return f"{head}message Row {{\n{''.join(fields)}}}\n"


class Files:
    """Tables of one folder: one row a file."""

    def __init__(self, environment: Any, folder: Path) -> None:
        self.environment = environment
        self.folder = folder

    def write(self, columns: str, values: str, options: str = "") -> bytes:
        """What a row is as a record."""
        self.create("written", columns, options)
        self.environment.execute_sql(f"INSERT INTO written VALUES ({values})").wait()  # noqa: S608 -- ours
        (file,) = (path for path in (self.folder / "written").glob("*") if path.name[0] != ".")
        return file.read_bytes()[:-1]  # what ends a line, which a topic does not have

    def read(self, columns: str, record: bytes, select: str = "*", options: str = "") -> list[Any]:
        """What a record is as a row."""
        (self.folder / "sent").mkdir(exist_ok=True)
        (self.folder / "sent" / "record").write_bytes(record)
        self.create("sent", columns, options)
        with self.environment.execute_sql(f"SELECT {select} FROM sent").collect() as rows:  # noqa: S608 -- ours
            return [list(row) for row in rows]

    def create(self, name: str, columns: str, options: str = "") -> None:
        """A table, in place of one of its name."""
        place = f"'connector' = 'filesystem', 'path' = '{self.folder / name}', 'format' = 'headrace-protobuf'"
        self.environment.execute_sql(f"DROP TABLE IF EXISTS {name}")
        self.environment.execute_sql(f"CREATE TABLE {name} ({columns}) WITH ({place}{options})")


@pytest.fixture
def files(open_session: Callable[..., Any], root: Path, tmp_path: Path) -> Files:
    jars = [*operator_jars(root), *JarStore().fetch_all(read_manifest(root)["protobuf"].jars)]
    options = {
        "pipeline.jars": ";".join(jar.as_uri() for jar in jars),
        "table.local-time-zone": "UTC",
        "restart-strategy.type": "none",
    }
    open_session()  # in a JVM where our classes were loaded without Protobuf's before, as headrace check does
    return Files(open_session(**options).environment, tmp_path)


def message(made_by: Any, **more: Any) -> Any:
    """What ROW is."""
    made = made_by(**{**dict(zip(NAMES, PLAIN)), **more})
    made.instant.seconds, made.instant.nanos = SECOND, 250_999_999
    made.local_time.seconds, made.local_time.nanos = -1, 999_999_000
    return made


def test_others_read_every_type_and_write_the_same_bytes(files: Files, tmp_path: Path) -> None:
    found = compiled(schema(), tmp_path).FromString(written := files.write(COLUMNS, ROW))
    assert tuple(getattr(found, name) for name in NAMES[:8]) == PLAIN
    assert (found.instant.seconds, found.instant.nanos) == (SECOND, 250_000_000)
    assert (found.local_time.seconds, found.local_time.nanos) == (-1, 999_999_000)
    assert found.SerializeToString() == written


def test_what_others_wrote_is_read_and_what_is_finer_than_the_column_is_cut(
    files: Files, tmp_path: Path
) -> None:
    newer = schema().replace("}", "  repeated string later = 11;\n}")
    sent = message(compiled(newer, tmp_path), later=["unknown", "here"])
    (row,) = files.read(COLUMNS, sent.SerializeToString(), READ)
    assert (*row[:6], bytes(row[6]), str(row[7])) == PLAIN
    assert row[8:] == ["2018-04-01 10:00:30.250", "1969-12-31 23:59:59.999999"]


def test_zeros_are_left_out_as_others_leave_them_out(files: Files, tmp_path: Path) -> None:
    written = files.write(COLUMNS, ZEROS)
    found = compiled(schema(), tmp_path).FromString(written)
    assert [field.name for field, _ in found.ListFields()] == ["amount", "instant", "local_time"]
    assert found.SerializeToString() == written


def test_null_is_not_there_and_zero_is(files: Files, tmp_path: Path) -> None:
    made_by = compiled(schema("optional "), tmp_path)
    written = files.write(MAY_BE_NULL, f"CAST(NULL AS BIGINT), {ZEROS.split(',', 1)[1]}")
    found = made_by.FromString(written)
    assert [name for name in NAMES if not found.HasField(name)] == ["id"]
    assert files.read(MAY_BE_NULL, made_by(small=0).SerializeToString()) == [[None, 0, *[None] * 8]]


def record(number: int, kind: int, content: bytes) -> bytes:
    """A field, with its tag."""
    return bytes([number << 3 | kind]) + content


AMOUNT, INSTANT = 8, 9


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"{}", "tag"),
        (record(1, 0, b"\xff"), "field 1, id: "),
        (record(2, 2, b"\x01a"), "field 2, small: expected wire type 0, which int32 has, got 2"),
        (record(6, 2, b"\x01\xff"), "field 6, said: Protocol message had invalid UTF-8"),
        (record(7, 2, b"\x09ab"), "field 7, content: "),
        (b"", "field 8, amount: it is not there, and the column is NOT NULL"),
        (
            record(AMOUNT, 2, b"\x03abc"),
            "expected a number that is DECIMAL(12, 2) NOT NULL, in digits, got 'abc'",
        ),
        (record(AMOUNT, 2, b"\x050.001"), "got '0.001'"),
        (record(AMOUNT, 2, b"\x0b99999999999"), "got '99999999999'"),
        (record(AMOUNT, 2, b"\x071e99999"), "got '1e99999'"),
        (
            record(INSTANT, 2, b"\x06\x10\xff\xff\xff\xff\x7f"),
            "instant: expected a time of the years 1 to 9999",
        ),
        (record(11, 4, b""), "end-group tag did not match"),
    ],
)
def test_bytes_that_are_no_such_message_stop_the_job_with_table_field_and_reason(
    files: Files, sent: bytes, said: str
) -> None:
    with pytest.raises(
        Exception, match="Failed to deserialize Protobuf: sent: expected the message Sent"
    ) as raised:
        files.read(COLUMNS, sent or record(5, 1, struct.pack("<d", 1.0)))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            "tags ARRAY<STRING>",
            "written.tags is ARRAY<STRING>, for which headrace-protobuf has no type. It has",
        ),
        ("paid_on DATE", "written.paid_on is DATE"),
        ("`a b` INT", "written: a field of Protobuf can not be called 'a b'"),
    ],
)
def test_what_has_no_type_is_refused_at_planning(files: Files, columns: str, said: str) -> None:
    files.create("written", columns)
    with pytest.raises(Exception, match=r"for which|can not") as raised:
        files.environment.explain_sql("SELECT * FROM written")
    assert said in str(raised.value)


ALONE = """
from headrace.runtime.configuration import embedded, operator_jars
from headrace.runtime.java import use_java
from headrace.runtime.session import Session
from tests.local_tables import ROOT

use_java()
environment = Session(embedded({}, "alone", {}, operator_jars(ROOT))).environment
options = "'connector' = 'filesystem', 'path' = 'c', 'format' = 'headrace-protobuf'"
environment.execute_sql(f"CREATE TABLE c (b INT) WITH ({options})")
environment.explain_sql("SELECT * FROM c")
"""


def test_without_protobuf_s_library_it_is_said_where_to_get_it(root: Path) -> None:
    """In a JVM of its own: what one session put on the class path is seen by all after it."""
    said = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=root, env=shell(), capture_output=True, text=True, check=False
    ).stderr
    assert "c: the format headrace-protobuf needs com.google.protobuf:protobuf-java on the class path" in said
    assert "headrace connectors fetch protobuf" in said


class Registry(HTTPServer):
    """Says to all who register what it is told to, and remembers what they sent."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(("127.0.0.1", 0), Registration)
        self.status = status
        self.answer = answer
        self.asked: list[tuple[str, Any]] = []

    def options(self, more: str = "") -> str:
        """Those of a table."""
        url = f"http://127.0.0.1:{self.server_port}/"
        return f", 'headrace-protobuf.url' = '{url}', 'headrace-protobuf.message' = 'test.Row'{more}"


class Registration(BaseHTTPRequestHandler):
    server: Registry

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, sent))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


SUBJECT = ", 'headrace-protobuf.subject' = 'rows/all-value'"


@contextmanager
def registry(status: int = 200, answer: Any = None) -> Iterator[Registry]:
    with Registry(status, answer or {"id": 258}) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_with_a_registry_the_schema_is_registered_and_its_number_stands_before_the_message(
    files: Files, tmp_path: Path
) -> None:
    with registry() as found:
        written = files.write(COLUMNS, ROW, found.options(SUBJECT))
    path, sent = found.asked[0]
    assert path == "/subjects/rows%2Fall-value/versions"
    assert sent == {"schemaType": "PROTOBUF", "schema": schema()}
    assert schema_id(written) == 258
    assert compiled(schema(), tmp_path).FromString(written[FRAME_BYTES:]).said == "größer"


NOBODY = ", 'headrace-protobuf.url' = 'http://127.0.0.1:1'"
"""Readers ask no registry: fields go by their numbers."""


def test_a_frame_is_read_in_both_its_forms(files: Files, tmp_path: Path) -> None:
    sent = framed(513, message(compiled(schema(), tmp_path)))
    longer = sent[:5] + b"\x02\x00" + sent[6:]
    for each in (sent, longer):
        assert files.read(COLUMNS, each, "id", NOBODY) == [[2**40]]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\x08\x01", "begins with 0, got 8; was it written without a registry?"),
        (b"\x00\x00\x00\x00\x01\x02\x02", "expected the first message of its schema, got another one"),
        (b"\x00\x00", "ended unexpectedly"),
    ],
)
def test_another_frame_is_refused(files: Files, sent: bytes, said: str) -> None:
    with pytest.raises(Exception, match="Failed to deserialize Protobuf: sent: ") as raised:
        files.read(MAY_BE_NULL, sent, options=NOBODY)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (
            409,
            {"message": "incompatible"},
            'refuses the schema of rows/all-value: 409, {"message": "incompatible"}',
        ),
        (401, {}, "wants another login: it answers 401"),
        (200, {"version": 1}, 'was expected to answer with an id, got {"version": 1}'),
    ],
)
def test_what_a_registry_refuses_stops_the_job(files: Files, status: int, answer: Any, said: str) -> None:
    with (
        registry(status, answer) as found,
        pytest.raises(Exception, match="The schema registry at http") as raised,
    ):
        files.write(COLUMNS, ROW, found.options(SUBJECT))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (NOBODY, "written: url is set, and subject is not"),
        (NOBODY.replace("//", "//me:secret@") + SUBJECT, "written: url has a login in it"),
        (
            f"{NOBODY}{SUBJECT}, 'headrace-protobuf.basic-auth.credentials-source' = 'USER_INFO'",
            "credentials-source",
        ),
    ],
)
def test_options_that_do_not_go_together_are_said_at_planning(files: Files, options: str, said: str) -> None:
    files.create("written", COLUMNS, options)
    with pytest.raises(Exception, match=r"written|credentials") as raised:
        files.environment.explain_sql(f"INSERT INTO written VALUES ({ROW})")  # noqa: S608 -- ours
    assert said in str(raised.value)
