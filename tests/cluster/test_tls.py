"""A broker that speaks TLS, with an authority that only a file knows, with and without a login."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.standalone import running_broker
from headrace.connectors.kafka import create_topics, partitions, tables_of
from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite
from tests.cluster.ingested import MESSAGE, first, logs, running, seen_by_anybody
from tests.services.certificates import Authority
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.cluster.broker import Broker
    from headrace.connectors.kafka import KafkaTable

pytestmark = pytest.mark.cluster

PASSWORD = "nobody-on-the-way-reads-this"  # noqa: S105 -- of a broker that lives for this test
LOGIN = (
    "org.apache.flink.kafka.shaded.org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="jobs" password="{PASSWORD}";'
)
USERS = {"SSL": {}, "SASL_SSL": {"jobs": PASSWORD}}


@pytest.fixture(scope="module", params=USERS)
def broker(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("broker")
    certificate = Authority("known", folder).certificate()
    with running_broker(root, folder, USERS[request.param], certificate) as started:
        yield started


@pytest.fixture(autouse=True)
def variables(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broker.certificate
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL" if broker.users else "SSL",
        "KAFKA_SSL_CA": str(broker.certificate.authority),
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_JAAS_CONFIG": LOGIN,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def tables(root: Path) -> dict[str, KafkaTable]:
    """As the environment says now."""
    return tables_of(Suite(root), "kafka", "fraud", {})


def headrace(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headrace", *arguments]
    return subprocess.run(
        command, env={**shell(), "COLUMNS": "400"}, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.timeout(1200)
def test_topics_are_made_messages_sent_and_a_job_reads_and_writes(root: Path, tmp_path: Path) -> None:
    made = headrace("topics", "--create", "--partitions", "1")
    assert made.returncode == 0, made.stderr
    (tmp_path / "data" / "transactions_raw").mkdir(parents=True)
    row = {"payload": b64encode(MESSAGE).decode(), "arrived_at": "2018-04-01T10:00:00Z"}
    (tmp_path / "data" / "transactions_raw" / "one.jsonl").write_text(json.dumps(row) + "\n")
    sent = headrace("produce", "transactions_raw", "--data", str(tmp_path / "data"))
    assert "1 records of transactions_raw" in sent.stdout, sent.stderr
    with running("ingest", "kafka", tmp_path) as printed:
        assert b'"transaction_id":1' in first(tables(root)["transactions"])
        shown = seen_by_anybody(printed)
    assert "fraud-ingest" in shown
    assert PASSWORD not in shown + logs(tmp_path) + made.stdout + made.stderr + sent.stdout + sent.stderr


def test_an_authority_that_did_not_sign_is_one_sentence(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_SSL_CA", str(Authority("unknown", tmp_path).certificate().authority))
    expected = f"the broker at {broker.address} shows a certificate that nobody in {tmp_path}/unknown.pem has"
    for arguments in (["topics"], ["run", "ingest", "--environment", "kafka", "--data", str(tmp_path)]):
        refused = headrace(*arguments)
        assert refused.returncode == 1
        assert expected in refused.stderr
        assert "Set KAFKA_SSL_CA to a PEM file" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert PASSWORD not in refused.stderr


def test_a_client_that_speaks_another_protocol_is_asked_about_it(
    root: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = "SASL_PLAINTEXT" if broker.users else "PLAINTEXT"
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", spoken)
    with pytest.raises(HeadraceError, match="no broker answers at ") as raised:
        partitions(tables(root).values())
    assert f"does it speak {spoken} (KAFKA_SECURITY_PROTOCOL)?" in raised.value.hint


def test_a_file_of_authorities_that_is_not_there_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_SSL_CA", "/nowhere/authority.pem")
    with pytest.raises(HeadraceError, match=r"KAFKA_SSL_CA is /nowhere/authority\.pem: there is no such"):
        create_topics(tables(root).values(), 1)
