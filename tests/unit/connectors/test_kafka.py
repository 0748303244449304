from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest
from confluent_kafka import KafkaError

from headrace.cluster.ports import free_ports
from headrace.connectors.kafka import KafkaTable, kafka_tables, partitions, tables_of
from headrace.connectors.recorded import Producer, Record, read_rows, records
from headrace.connectors.refusal import refusal
from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

TABLES = tables_of(Suite(ROOT), "kafka", "fraud", {"KAFKA_TOPIC_PREFIX": "test."})
RAW = KafkaTable("raw", {"topic": "raw", "value.format": "raw"})
ROWS = KafkaTable("rows", {"topic": "rows", "value.format": "json", "key.fields": "b;a"})
PAYLOAD = b'{"id": 7}'
ROW = {"payload": b64encode(PAYLOAD).decode(), "arrived_at": "1970-01-01T00:00:01.500Z"}
DOWN = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001 -- so it is named
REFUSED = KafkaError._AUTHENTICATION  # noqa: SLF001 -- so it is named
UNTRUSTED = KafkaError._SSL  # noqa: SLF001 -- so it is named
HANDSHAKE = "ssl://b:1/bootstrap: SSL handshake failed:"
LOGIN = 'some.Module required username="me" password="se;cret";'


def test_topics_are_named_after_their_tables() -> None:
    assert {table.topic for table in TABLES.values()} == {f"test.{name}" for name in TABLES}
    assert TABLES["transactions_raw"].is_raw
    assert TABLES["predictions"].key_fields == ["transaction_id"]


def test_a_table_elsewhere_is_on_no_topic() -> None:
    text = "CREATE TABLE a WITH (\n  'connector' = 'filesystem',\n  'path' = '${PLACE}'\n) LIKE contracts.a;"
    assert kafka_tables({"a": Statement("a", Path("a.sql"), text)}, {}) == {}


def test_a_client_gets_the_settings_of_the_table() -> None:
    client = TABLES["labels"].client({})
    assert (client["bootstrap.servers"], client["security.protocol"]) == ("127.0.0.1:9092", "PLAINTEXT")
    assert "sasl.mechanism" not in client


def test_a_client_logs_in_with_what_flink_logs_in_with() -> None:
    options = {"properties.security.protocol": "SASL_SSL", "properties.sasl.mechanism": "PLAIN"}
    client = KafkaTable("a", options).client({"KAFKA_SASL_JAAS_CONFIG": LOGIN})
    assert (client["sasl.username"], client["sasl.password"]) == ("me", "se;cret")


def test_a_login_without_credentials_is_said() -> None:
    with pytest.raises(
        HeadraceError, match="SASL_SSL wants a login, and KAFKA_SASL_JAAS_CONFIG has no username"
    ):
        KafkaTable("a", {"properties.security.protocol": "SASL_SSL"}).client({})


def test_a_recorded_message_is_sent_as_it_was() -> None:
    (record,) = records(RAW, [ROW], "id")
    assert record == Record(PAYLOAD, b"7", 1500)


@pytest.mark.parametrize("payload", [b"\xff{", b"[]", b"{}", b'"id"'])
def test_a_message_that_can_not_be_read_has_no_key(payload: bytes) -> None:
    (record,) = records(RAW, [{"payload": b64encode(payload).decode()}], "id")
    assert record == Record(payload)


def test_a_message_without_bytes_is_a_tombstone() -> None:
    (record,) = records(RAW, [{"payload": None}], "id")
    assert record.value is None


def test_a_row_is_sent_as_json_under_the_key_of_the_table() -> None:
    (record,) = records(ROWS, [{"a": 1, "b": "x", "c": 2.5}])
    assert json.loads(record.value or b"") == {"a": 1, "b": "x", "c": 2.5}
    assert record.key == b'{"b":"x","a":1}'


def test_a_line_that_is_no_row_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n[1]\n')
    with pytest.raises(HeadraceError, match=r"a\.jsonl:2: expected an object, found list"):
        list(read_rows(tmp_path))


def test_a_table_without_rows_is_said(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="holds no rows"):
        list(read_rows(tmp_path))


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> KafkaTable:
    monkeypatch.setattr("headrace.connectors.kafka.PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr("headrace.connectors.recorded.PATIENCE_SECONDS", 1.0)
    return KafkaTable("a", {"topic": "a", "properties.bootstrap.servers": f"127.0.0.1:{free_ports(1)[0]}"})


def test_a_broker_that_does_not_answer_is_said(unreachable: KafkaTable) -> None:
    with pytest.raises(
        HeadraceError, match=r"no broker answers at 127\.0\.0\.1:\d+\nLook at KAFKA_BOOTSTRAP_SERVERS"
    ):
        partitions([unreachable])


def test_records_that_no_broker_takes_are_an_error(unreachable: KafkaTable) -> None:
    with pytest.raises(HeadraceError, match="0 of 1 records were taken, then: no broker answers"):
        Producer(unreachable).send([Record(b"1")])


def test_nothing_to_send_is_nothing_wrong(unreachable: KafkaTable) -> None:
    assert Producer(unreachable).send([]) == 0


def test_a_refused_login_is_said_before_what_follows_from_it() -> None:
    said = [KafkaError(DOWN), KafkaError(REFUSED, "wrong password")]
    assert str(refusal({"bootstrap.servers": "b:1"}, said)).startswith("the broker at b:1 refused the login")


def tls(authority: str, protocol: str = "SSL") -> KafkaTable:
    options = {"properties.security.protocol": protocol, "properties.ssl.truststore.location": authority}
    return KafkaTable("a", {"properties.bootstrap.servers": "b:1", **options})


def test_a_client_trusts_whom_flink_trusts(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    assert tls(str(authority)).client({})["ssl.ca.location"] == str(authority)
    assert "ssl.ca.location" not in tls(str(authority), "PLAINTEXT").client({})


@pytest.mark.parametrize(
    ("place", "said"), [("/nowhere/ca.pem", "there is no such file"), ("ca.pem", "expected an absolute path")]
)
def test_a_file_of_authorities_that_workers_could_not_read_is_said(place: str, said: str) -> None:
    with pytest.raises(HeadraceError, match=f"KAFKA_SSL_CA is {place}: {said}"):
        tls(place).client({})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"{HANDSHAKE} certificate verify failed: unable", "shows a certificate that nobody in /ca.pem has"),
        (f"{HANDSHAKE} tlsv1 alert protocol version", "this client agree on no TLS"),
        (f"{HANDSHAKE} Disconnected: connecting to a PLAINTEXT broker listener?", "does not speak TLS"),
    ],
)
def test_what_is_wrong_with_tls_is_told_apart(said: str, expected: str) -> None:
    client = {"bootstrap.servers": "b:1", "security.protocol": "SSL", "ssl.ca.location": "/ca.pem"}
    found = refusal(client, [KafkaError(DOWN), KafkaError(UNTRUSTED, said)])
    assert expected in str(found)


def test_rows_are_not_sent_in_a_format_that_only_flink_writes() -> None:
    table = KafkaTable("rows", {"topic": "rows", "value.format": "avro"})
    with pytest.raises(HeadraceError, match="rows is avro in this environment; only raw and json can be"):
        list(records(table, [{"a": 1}]))


def test_only_the_newest_record_of_a_key_is_kept_where_only_it_counts() -> None:
    found = tables_of(Suite(ROOT), "kafka-avro-confluent", "fraud", {"SCHEMA_REGISTRY_URL": "http://r"})
    assert {name for name, table in found.items() if table.is_compacted} == {
        "served_predictions",
        "served_customer_features",
    }
