"""The environments of Protobuf: what is a message says what it says as JSON, to and from others than Flink."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cluster.ports import wait_until
from headrace.connectors.kafka import create_topics, tables_of
from headrace.connectors.protobuf import proto_schema
from headrace.connectors.recorded import Producer, Record
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_table
from tests.cluster.ingested import PATIENCE_SECONDS, logs, running, values
from tests.integration.avro_rows import from_json
from tests.messages import FRAME_BYTES, compiled, framed, schema_id, to_message, to_row, without_comments
from tests.services.registry import LOGIN_FILE, PASSWORD, USER, Door, ask, guarded
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

PAYMENT = (
    '{"transaction_id": %d, "event_time": "2018-04-01T10:00:0%dZ",'
    ' "customer_id": %d, "terminal_id": 3, "amount": %s}'
)
ARRIVAL_MS = 1_522_576_830_250
"""2018-04-01 10:00:30.250 UTC."""
MESSAGES = [
    PAYMENT % (1, 1, 2, "4.5"),
    PAYMENT % (2, 2, 2, "1000.01"),
    PAYMENT % (0, 3, 0, "0.1"),
    PAYMENT % (4, 4, 7, "-5"),
    PAYMENT % (1, 1, 2, "4.5"),
    "no payment",
]
WRITTEN = {"transactions": 3, "dead_letters": 3}
MOMENT = datetime(2018, 4, 1, 10, tzinfo=timezone.utc)
CONFLUENT = "kafka-protobuf-confluent"
SENT_BY_OTHERS = 77
"""The number of a schema that this registry need not know."""
REFUSED = "Failed to deserialize Protobuf"


def made(root: Path, environment: str, prefix: str) -> dict[str, KafkaTable]:
    """The tables of an environment, on topics of their own."""
    found = tables_of(Suite(root), environment, "fraud", {"KAFKA_TOPIC_PREFIX": prefix})
    create_topics(found.values(), 1)
    return found


def test_protobuf_says_what_json_says(
    kafka: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    found = {}
    for environment in ("kafka", "kafka-protobuf"):
        prefix = f"as-{environment}."
        monkeypatch.setenv("KAFKA_TOPIC_PREFIX", prefix)
        tables = made(root, environment, prefix)
        sent = [Record(said.encode(), b"2", ARRIVAL_MS + number) for number, said in enumerate(MESSAGES)]
        Producer(tables["transactions_raw"]).send(sent)
        with running("ingest", environment, tmp_path / environment):
            found[environment] = {name: values(tables[name], count) for name, count in WRITTEN.items()}
    read = rows(root, found["kafka-protobuf"], tmp_path)
    assert read == rows(root, found["kafka"])
    assert {row["reason"] for row in read["dead_letters"]} == {"amount_negative", "duplicate", "not_json"}


def rows(
    root: Path, found: dict[str, list[bytes]], folder: Path | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, sorted, without the prefix of their topic; with a folder for schemas they are messages."""
    case = Suite(root).use_case("fraud")
    made = {}
    for name, records in found.items():
        table = read_table(case, name)
        read = [from_json(table, each) for each in records] if folder is None else []
        if folder is not None:
            made_by = compiled(proto_schema(case, name), folder / name)
            read = [to_row(table, made_by.FromString(each)) for each in records]
        for row in read:
            row["source"] = str(row.get("source")).rpartition(".")[2]
        made[name] = sorted(read, key=lambda row: sorted(map(str, row.items())))
    return made


@pytest.fixture
def door(kafka: str, registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """What stands before the registry, and the settings of those who may pass."""
    (tmp_path / "login").write_text(LOGIN_FILE)
    with guarded(registry, f"{USER}:{PASSWORD}") as found:
        settings = {
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "KAFKA_TOPIC_PREFIX": "registered.",
            "SCHEMA_REGISTRY_URL": found.address,
            "SCHEMA_REGISTRY_CREDENTIALS": "SASL_INHERIT",
            "JAVA_TOOL_OPTIONS": f"-Djava.security.auth.login.config={tmp_path / 'login'}",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield found


def test_with_a_registry_a_job_reads_what_others_wrote_and_stops_at_what_is_none(
    door: Door, root: Path, artifact: Path, tmp_path: Path
) -> None:
    tables = made(root, CONFLUENT, "registered.")
    features = Producer(tables["transaction_features"])
    features.send([Record(framed(SENT_BY_OTHERS, feature_row(root, tmp_path)), b'{"transaction_id":1}')])
    with running("score", CONFLUENT, tmp_path, "--model", str(artifact)):
        (value,) = values(tables["predictions"], 1)
        features.send([Record(b"\0\0\0\0\1\0none", b'{"transaction_id":2}')])
        wait_until(lambda: REFUSED in logs(tmp_path), PATIENCE_SECONDS, "not refused")
    require_registered(root, door.registry, tables["predictions"], schema_id(value))
    case = Suite(root).use_case("fraud")
    made_by = compiled(proto_schema(case, "predictions"), tmp_path / "predictions")
    found = to_row(read_table(case, "predictions"), made_by.FromString(value[FRAME_BYTES:]))
    assert (found["event_time"], found["amount"]) == (MOMENT, Decimal("1000.01"))
    assert 0 <= found["score"] <= 1
    assert found["model_version"] == "fraud-test"
    require_explained(logs(tmp_path))


def feature_row(root: Path, folder: Path) -> Any:
    """A row of features as somebody who is not Flink writes it."""
    case = Suite(root).use_case("fraud")
    table = read_table(case, "transaction_features")
    row = {**dict.fromkeys(table.column_names, 1), "event_time": MOMENT, "amount": Decimal("1000.01")}
    return to_message(table, compiled(proto_schema(case, table.name), folder / table.name), row)


def require_registered(root: Path, registry: str, table: KafkaTable, number: int) -> None:
    """Under the topic's subject a registry has what is printed for readers."""
    found = ask(registry, f"/subjects/{table.topic}-value/versions/latest")
    assert (found["id"], found["schemaType"]) == (number, "PROTOBUF")
    printed = proto_schema(Suite(root).use_case("fraud"), table.name)
    assert found["schema"] == without_comments(printed)


def require_explained(logged: str) -> None:
    """The log says table and reason, and the doctor knows it; the registry's password is not in it."""
    refused = logged.index(REFUSED)
    message = logged[refused : refused + 500]
    assert "transaction_features: expected the message fraud.TransactionFeatures, got 10 bytes" in message
    assert PASSWORD not in logged
    command = [sys.executable, "-m", "headrace", "doctor", "--explain", message]
    said = subprocess.run(command, env=shell(), capture_output=True, text=True, timeout=300, check=False)
    assert "A record is not" in said.stdout
