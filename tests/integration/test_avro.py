"""The environment kafka-avro: what is Avro says what it says as JSON, to and from others than Flink."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headrace.connectors.avro import avro_schema
from headrace.connectors.kafka import create_topics, tables_of
from headrace.connectors.recorded import Producer, Record
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_table
from tests.cluster.ingested import running, values
from tests.integration.avro_rows import from_avro, from_json, to_avro

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

PAYMENT = (
    '{"transaction_id": %d, "event_time": "2018-04-01T10:00:0%dZ",'
    ' "customer_id": %d, "terminal_id": 3, "amount": %s}'
)
ARRIVAL_MS = 1_522_576_830_000
"""2018-04-01 10:00:30 UTC."""
MESSAGES = [
    PAYMENT % (1, 1, 2, "4.5"),
    PAYMENT % (2, 2, 2, "1000.01"),
    PAYMENT % (3, 3, 7, "0.1"),
    PAYMENT % (4, 4, 7, "-5"),
    PAYMENT % (1, 1, 2, "4.5"),
    "no payment",
]
WRITTEN = {"transactions": 3, "dead_letters": 3}
MOMENT = datetime(2018, 4, 1, 10, tzinfo=timezone.utc)


@pytest.fixture
def tables(kafka: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, KafkaTable]]:
    """The tables of both environments, on topics of their own."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    return {name: made(root, name) for name in ("kafka", "kafka-avro")}


def made(root: Path, environment: str) -> dict[str, KafkaTable]:
    found = tables_of(Suite(root), environment, "fraud", {"KAFKA_TOPIC_PREFIX": f"{environment}."})
    create_topics(found.values(), 1)
    return found


def records() -> list[Record]:
    return [Record(said.encode(), b"2", ARRIVAL_MS + number) for number, said in enumerate(MESSAGES)]


def test_avro_says_what_json_says(
    tables: dict[str, dict[str, KafkaTable]], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for environment, each in tables.items():
        monkeypatch.setenv("KAFKA_TOPIC_PREFIX", f"{environment}.")
        Producer(each["transactions_raw"]).send(records())
        with running("ingest", environment, tmp_path / environment):
            found[environment] = {name: values(each[name], count) for name, count in WRITTEN.items()}
    as_json = rows(root, found["kafka"], avro=False)
    as_avro = rows(root, found["kafka-avro"], avro=True)
    assert as_avro == as_json
    assert {row["reason"] for row in as_avro["dead_letters"]} == {"amount_negative", "duplicate", "not_json"}


def test_a_job_reads_what_others_wrote_by_the_schema_that_is_printed(
    tables: dict[str, dict[str, KafkaTable]],
    root: Path,
    artifact: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "kafka-avro.")
    case, each = Suite(root).use_case("fraud"), tables["kafka-avro"]
    schema = avro_schema(case, "transaction_features")
    number = {field["name"]: 1 for field in schema["fields"]}
    sent = {**number, "event_time": MOMENT, "amount": Decimal("1000.01")}
    Producer(each["transaction_features"]).send([Record(to_avro(schema, sent), b'{"transaction_id":1}')])
    with running("score", "kafka-avro", tmp_path, "--model", str(artifact)):
        (value,) = values(each["predictions"], 1)
    found = from_avro(avro_schema(case, "predictions"), value)
    assert (found["event_time"], found["amount"]) == (MOMENT, Decimal("1000.01"))
    assert 0 <= found["score"] <= 1
    assert found["model_version"] == "fraud-test"


def rows(root: Path, found: dict[str, list[bytes]], *, avro: bool) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, sorted, without the prefix of the topic that they came from."""
    case = Suite(root).use_case("fraud")
    made = {}
    for name, records in found.items():
        table, schema = read_table(case, name), avro_schema(case, name)
        read = [from_avro(schema, each) if avro else from_json(table, each) for each in records]
        for row in read:
            row["source"] = str(row.get("source")).rpartition(".")[2]
        made[name] = sorted(read, key=lambda row: sorted(map(str, row.items())))
    return made
