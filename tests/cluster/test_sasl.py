"""A broker that wants a login: the job has it, and nobody who looks at the job does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.cluster.standalone import running_broker
from headrace.connectors.kafka import create_topics, partitions, tables_of
from headrace.connectors.recorded import Producer, Record
from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite
from tests.cluster.ingested import MESSAGE, first, logs, running, seen_by_anybody

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
    with running("ingest", "kafka", tmp_path) as printed:
        assert b'"transaction_id":1' in first(tables["transactions"])
        shown = seen_by_anybody(printed)
    assert "fraud-ingest" in shown
    assert logs(tmp_path)
    assert PASSWORD not in shown + logs(tmp_path)
