"""The job serve, from a broker into Postgres: the newest row of a key, whatever comes late or again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cluster.ports import wait_until
from headrace.connectors.kafka import create_topics, tables_of
from headrace.connectors.recorded import Producer, Record
from headrace.runtime.suite import Suite
from tests.services.postgres import DATABASE, PASSWORD, USER
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable
    from tests.services.postgres import Postgres

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

PATIENCE_SECONDS = 120.0
KNOWN = ("customer_count_1d", "customer_count_7d", "customer_count_30d")
OTHERS = ("is_weekend", "is_night", "terminal_count_1d", "terminal_count_7d", "terminal_count_30d")
MEANS = tuple(
    f"{name}_{days}d" for name in ("customer_amount_avg", "terminal_fraud_avg") for days in (1, 7, 30)
)


@pytest.fixture
def variables(kafka: str, postgres: Postgres, root: Path, tmp_path: Path) -> dict[str, str]:
    """Where the environment postgres finds both; the password is in a file."""
    postgres.query((root / "docker" / "postgres" / "fraud.sql").read_text(encoding="utf-8"))
    password = tmp_path / "pgpass"
    password.touch(mode=0o600)
    password.write_text(f"{postgres.host}:{postgres.port}:{DATABASE}:{USER}:{PASSWORD}\n")
    return {
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "KAFKA_TOPIC_PREFIX": "serving.",
        "POSTGRES_ADDRESS": postgres.address,
        "PGPASSFILE": str(password),
    }


@pytest.fixture
def tables(root: Path, variables: dict[str, str]) -> dict[str, KafkaTable]:
    found = tables_of(Suite(root), "postgres", "fraud", variables)
    create_topics(found.values(), 1)
    return found


def test_postgres_has_the_newest_of_each_key_and_nobody_sees_the_password(
    tables: dict[str, KafkaTable], variables: dict[str, str], postgres: Postgres, tmp_path: Path
) -> None:
    send(tables["predictions"], [prediction(1, 0.25), prediction(2, 0.75), prediction(1, 0.25)])
    send(
        tables["transaction_features"],
        [known(1, 7, "09:00:00"), known(2, 7, "11:00:00"), known(3, 8, "10:00:00")],
    )
    printed = tmp_path / "printed"
    with running("serve", tmp_path / "data", variables, printed) as job:
        wait_until(
            lambda: len(served(postgres)) == 2 or job.poll() is not None,
            PATIENCE_SECONDS,
            "not both customers are served",
        )
        send(tables["transaction_features"], [known(4, 7, "10:59:59"), known(5, 8, "12:00:00")])
        wait_until(
            lambda: (8, 5) in served(postgres), PATIENCE_SECONDS, "a newer row does not replace the older"
        )
    assert served(postgres) == [(7, 2), (8, 5)]
    found = postgres.query("SELECT transaction_id, score, decision FROM served_predictions ORDER BY 1")
    assert found == [(1, 0.25, "pass"), (2, 0.75, "alert")]
    times = postgres.query("SELECT event_time::text FROM served_customer_features ORDER BY customer_id")
    assert times == [("2018-04-10 11:00:00",), ("2018-04-10 12:00:00",)]
    logs = [path.read_text(errors="replace") for path in (tmp_path / "data" / "logs").glob("*")]
    assert logs
    assert PASSWORD not in "".join([printed.read_text(), *logs])


def served(postgres: Postgres) -> list[tuple[Any, ...]]:
    """Customer and newest payment."""
    return postgres.query("SELECT customer_id, transaction_id FROM served_customer_features ORDER BY 1")


def prediction(payment: int, score: float) -> dict[str, Any]:
    decision = "alert" if score > 0.5 else "pass"
    ids = {"transaction_id": payment, "customer_id": 7, "terminal_id": 3, "event_time": at("09:00:00")}
    said = {"score": score, "decision": decision, "model_version": "fraud-test", "reasons": "[]"}
    return {**ids, "amount": 4.5, **said}


def known(payment: int, customer: int, time: str) -> dict[str, Any]:
    ids = {"transaction_id": payment, "customer_id": customer, "terminal_id": 3, "event_time": at(time)}
    return {**ids, "amount": 4.5, **dict.fromkeys((*KNOWN, *OTHERS), payment), **dict.fromkeys(MEANS, 0.5)}


def at(time: str) -> str:
    return f"2018-04-10T{time}Z"


def send(table: KafkaTable, rows: list[dict[str, Any]]) -> None:
    """Rows, keyed as the table's records are."""
    sent = [
        Record(json.dumps(row).encode(), json.dumps({name: row[name] for name in table.key_fields}).encode())
        for row in rows
    ]
    assert Producer(table).send(sent) == len(rows)


@contextmanager
def running(
    job: str, data: Path, variables: Mapping[str, str], printed: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """``headrace run`` in a process of its own, stopped as by Ctrl-C."""
    command = [sys.executable, "-m", "headrace", "run", job, "--environment", "postgres", "--data", str(data)]
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--profile", "low-latency"],
            env={**shell(), **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
        assert process.poll() is None, printed.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
