"""A broker that wants a login: the job has it, and nobody who looks at the job does."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from confluent_kafka import Consumer

from headrace.cluster.ports import wait_until
from headrace.cluster.standalone import running_broker
from headrace.connectors.kafka import create_topics, partitions, tables_of
from headrace.connectors.recorded import Producer, Record
from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.cluster.broker import Broker
    from headrace.connectors.kafka import KafkaTable

pytestmark = pytest.mark.cluster

PASSWORD = "only-the-job-knows-this"  # noqa: S105 -- of a broker that lives for this test
LOGIN = (
    "org.apache.flink.kafka.shaded.org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="jobs" password="{PASSWORD}";'
)
MESSAGE = (
    b'{"transaction_id": 1, "event_time": "2018-04-01T10:00:00Z",'
    b' "customer_id": 2, "terminal_id": 3, "amount": 4.5}'
)
SEEN_BY_ANYBODY = ("/jobs/{0}", "/jobs/{0}/config", "/jobs/{0}/plan", "/jobmanager/config", "/config")
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def broker(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running_broker(root, tmp_path_factory.mktemp("broker"), {"jobs": PASSWORD}) as started:
        yield started


@pytest.fixture
def variables(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_JAAS_CONFIG": LOGIN,
        "KAFKA_DELIVERY": "at-least-once",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def tables(root: Path, variables: dict[str, str]) -> dict[str, KafkaTable]:
    return tables_of(Suite(root), "kafka", "fraud", variables)


def test_a_wrong_password_is_said_and_shown_to_nobody(
    tables: dict[str, KafkaTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_SASL_JAAS_CONFIG", LOGIN.replace(PASSWORD, "wrong-guess"))
    with pytest.raises(HeadraceError, match="refused the login") as raised:
        partitions(tables.values())
    assert "wrong-guess" not in str(raised.value)


@pytest.mark.timeout(600)
def test_a_job_logs_in_and_its_password_is_nowhere_to_be_read(
    tables: dict[str, KafkaTable], tmp_path: Path
) -> None:
    create_topics(tables.values(), 1)
    assert Producer(tables["transactions_raw"]).send([Record(MESSAGE)]) == 1
    command = [sys.executable, "-m", "headrace", "run", "ingest", "--environment", "kafka"]
    options = ["--profile", "low-latency", "--data", str(tmp_path / "data")]
    printed = tmp_path / "printed"
    with printed.open("wb") as output:
        job = subprocess.Popen([*command, *options], env=shell(), stdout=output, stderr=subprocess.STDOUT)
    try:
        assert b'"transaction_id":1' in first(tables["transactions"])
        shown = "".join(page for page in pages(printed.read_text()))
    finally:
        job.send_signal(signal.SIGINT)
        job.wait(PATIENCE_SECONDS)
    logs = [path.read_text(errors="replace") for path in (tmp_path / "data" / "logs").glob("*")]
    assert "fraud-ingest" in shown
    assert logs
    assert PASSWORD not in "".join([shown, printed.read_text(), *logs])


def first(table: KafkaTable) -> bytes:
    """The first record of a topic, once it is there."""
    reader = Consumer({**table.client(), "group.id": "test", "auto.offset.reset": "earliest"})
    reader.subscribe([table.topic])
    found = []

    def _came() -> bool:
        found.extend(reader.consume(1, timeout=0.5))
        return bool(found)

    wait_until(_came, PATIENCE_SECONDS, "no record came")
    reader.close()
    return bytes(found[0].value())


def pages(printed: str) -> Iterator[str]:
    """What the web UI shows of the job."""
    address = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert address, printed
    overview = read(f"{address.group()}/jobs/overview")
    yield overview
    job = re.search(r'"jid":"([0-9a-f]{32})"', overview)
    assert job, overview
    for page in SEEN_BY_ANYBODY:
        yield read(address.group() + page.format(job.group(1)))


def read(address: str) -> str:
    with urlopen(address, timeout=30) as answer:  # noqa: S310 -- our own mini-cluster
        return str(answer.read().decode())
