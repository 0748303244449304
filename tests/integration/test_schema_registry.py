"""The environment kafka-avro-confluent: what is served, as Avro whose schema a registry has."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest

from headrace.cluster.ports import free_ports, wait_until
from headrace.connectors.kafka import create_topics, tables_of
from headrace.connectors.recorded import Producer, Record
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_table
from tests.cluster.ingested import PATIENCE_SECONDS, logs, running, seen_by_anybody, values
from tests.integration.avro_rows import from_avro, from_json, schema_id
from tests.services.registry import LOGIN_FILE, PASSWORD, USER, ask, guarded
from tests.shell import shell

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

ENVIRONMENT = "kafka-avro-confluent"
OTHERS = {"score": 0.25, "decision": "pass", "model_version": "fraud-test", "reasons": "[]"}
SERVED = {"predictions": "served_predictions", "transaction_features": "served_customer_features"}


@pytest.fixture
def prefix(request: pytest.FixtureRequest, kafka: str, registry: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of the topics and subjects of one test."""
    chosen = f"{request.node.name[5:25]}."
    settings = {"BOOTSTRAP_SERVERS": kafka, "TOPIC_PREFIX": chosen, "DELIVERY": "exactly-once"}
    for name, value in settings.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", registry)
    return chosen


@pytest.fixture
def tables(root: Path, prefix: str) -> dict[str, KafkaTable]:
    found = tables_of(Suite(root), ENVIRONMENT, "fraud", {"KAFKA_TOPIC_PREFIX": prefix})
    create_topics(found.values(), 1)
    return found


def test_what_is_served_has_its_schema_in_the_registry_and_no_login_is_shown(
    tables: dict[str, KafkaTable], root: Path, registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "login").write_text(LOGIN_FILE)
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", f"-Djava.security.auth.login.config={tmp_path / 'login'}")
    monkeypatch.setenv("SCHEMA_REGISTRY_CREDENTIALS", "SASL_INHERIT")
    sent = {name: send(root, tables[name]) for name in SERVED}
    with guarded(registry, f"{USER}:{PASSWORD}") as door:
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", door.address)
        with running("serve", ENVIRONMENT, tmp_path) as printed:
            found = {name: values(tables[served], len(sent[name])) for name, served in SERVED.items()}
            shown = seen_by_anybody(printed)
        assert door.passed
    for name, served in SERVED.items():
        schema = json.loads(ask(registry, f"/schemas/ids/{schema_id(found[name][0])}")["schema"])
        assert f"{tables[served].topic}-value" in ask(registry, "/subjects")
        assert [from_avro(schema, value[5:]) for value in found[name]] == [
            {
                column.name: row[column.name]
                for column in read_table(Suite(root).use_case("fraud"), served).columns
            }
            for row in sent[name]
        ]
    assert logs(tmp_path)
    assert PASSWORD not in shown + logs(tmp_path)


def test_a_schema_that_does_not_go_with_the_one_before_is_refused_and_explained(
    tables: dict[str, KafkaTable], root: Path, registry: str, tmp_path: Path
) -> None:
    subject = f"{tables['served_predictions'].topic}-value"
    before = {"type": "record", "name": "other", "fields": [{"name": "score", "type": "string"}]}
    ask(registry, f"/subjects/{subject}/versions", {"schema": json.dumps(before)})
    ask(registry, f"/config/{subject}", {"compatibility": "BACKWARD"}, "PUT")
    with pytest.raises(HTTPError):
        ask(registry, f"/subjects/{subject}/versions", {"schema": '"string"'})
    send(root, tables["predictions"])
    with running("serve", ENVIRONMENT, tmp_path):
        wait_until(lambda: "incompatible" in logs(tmp_path), PATIENCE_SECONDS, "nothing was refused")
    logged = logs(tmp_path)
    refused = logged.index("incompatible")
    explained = headrace("doctor", "--explain", logged[refused - 3_000 : refused + 500])
    assert "registry refuses the schema" in explained.stdout


def test_a_registry_that_does_not_answer_is_one_sentence(
    tables: dict[str, KafkaTable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tables
    (port,) = free_ports(1)
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", f"http://127.0.0.1:{port}")
    refused = headrace("run", "serve", "--environment", ENVIRONMENT, "--data", str(tmp_path))
    assert refused.returncode == 1
    assert f"no schema registry answers at http://127.0.0.1:{port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def headrace(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headrace", *arguments]
    return subprocess.run(
        command, env={**shell(), "COLUMNS": "400"}, capture_output=True, text=True, timeout=300, check=False
    )


def send(root: Path, table: KafkaTable) -> list[dict[str, Any]]:
    """Rows of two customers as JSON; returns them as a reader should find them."""
    contract = read_table(Suite(root).use_case("fraud"), table.name)
    sent = []
    for number in (1, 2):
        row = {column.name: number for column in contract.columns}
        sent.append({**row, "event_time": f"2018-04-10T10:00:0{number}Z", "amount": 4.25, **OTHERS})
    keys = [json.dumps({name: row[name] for name in table.key_fields}).encode() for row in sent]
    Producer(table).send([Record(json.dumps(row).encode(), key) for row, key in zip(sent, keys)])
    found = [from_json(contract, json.dumps(row).encode()) for row in sent]
    assert all(row["amount"] == Decimal("4.25") for row in found)
    return found
