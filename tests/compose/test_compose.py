"""``docker compose up --wait`` and a submitted job give predictions, and Prometheus answers what is asked of it.

Not among ``make test``: builds an image of 1.8 GB. ``make compose`` runs it, ``.ci/run`` where an engine answers.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import yaml
from confluent_kafka import Consumer

from datasets.fraud.benchmark import benchmark
from datasets.fraud.dirt import DEFAULT_RATES
from datasets.fraud.raw_events import Expectation, record_raw
from headrace.cluster.ports import free_ports
from tests.artifact import VERSION, make_artifact
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_SECONDS = 240
PORTS = ("KAFKA_PORT", "FLINK_PORT", "PROMETHEUS_PORT")
METRIC = re.compile(r"flink_\w+")


class Project:
    """A compose project of its own, on free ports, over a folder of data."""

    def __init__(self, data: Path) -> None:
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS)))))
        self.ports = ports
        self._environment = {**os.environ, **ports, "HEADRACE_DATA": str(data)}
        self._project = f"headrace-test-{os.getpid()}"

    def __call__(self, *arguments: str) -> str:
        """Run ``docker compose``; what it printed."""
        command = [
            "docker",
            "compose",
            "--project-name",
            self._project,
            "--profile",
            "monitoring",
            *arguments,
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def metrics(self, expression: str) -> list[Any]:
        """What Prometheus has for an expression."""
        address = f"http://127.0.0.1:{self.ports['PROMETHEUS_PORT']}/api/v1/query?query={quote(expression)}"
        with urlopen(address, timeout=30) as answer:
            found: list[Any] = json.load(answer)["data"]["result"]
            return found

    def messages(self, topic: str, count: int) -> list[dict[str, Any]]:
        """The first committed messages of a topic."""
        address = f"127.0.0.1:{self.ports['KAFKA_PORT']}"
        options = {"bootstrap.servers": address, "group.id": "test", "isolation.level": "read_committed"}
        consumer = Consumer({**options, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        try:
            return list(_messages(consumer, count))
        finally:
            consumer.close()


def _messages(consumer: Consumer, count: int) -> Iterator[dict[str, Any]]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    found = 0
    while found < count:
        assert time.monotonic() < deadline, f"{found} of {count} messages came"
        message = consumer.poll(1.0)
        if message is not None and not message.error():
            found += 1
            yield json.loads(message.value())


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Expectation]:
    """A folder with an artifact and some raw events, readable for the user of the containers."""
    data = tmp_path_factory.mktemp("compose")
    make_artifact(data / "models" / VERSION)
    # What is late depends on what other partitions have read: not here.
    rates = {reason: rate for reason, rate in DEFAULT_RATES.items() if reason != "late"}
    expectation = record_raw(benchmark(0, 0).head(500), data, 1, rates)
    for path in [*data.parents, *data.rglob("*"), data]:
        if path.owner() == data.owner():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))
    return data, expectation


@pytest.fixture(scope="module")
def project(events: tuple[Path, Expectation]) -> Iterator[Project]:
    compose = Project(events[0])
    try:
        compose("up", "--build", "--wait")
        yield compose
    finally:
        compose("down", "--volumes")


def answered(project: Project, expression: str) -> bool:
    """Whether Prometheus has each metric of an expression, within some scrapes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not all(project.metrics(name) for name in METRIC.findall(expression)):
        if time.monotonic() > deadline:
            return False
        time.sleep(2)
    return True


@pytest.mark.compose
def test_events_become_predictions_and_everything_that_is_watched_is_measured(
    project: Project, events: tuple[Path, Expectation]
) -> None:
    expected = events[1]
    project("exec", "-T", "jobmanager", "submit", "realtime", "--model", f"/data/models/{VERSION}")
    send = ["produce", "transactions_raw", "--key", "customer_id", "--data", "/data"]
    project("exec", "-T", "jobmanager", "headrace", *send)
    predictions = project.messages("fraud.predictions", expected.clean)
    refused = project.messages("fraud.dead_letters", expected.events_in - expected.clean)
    assert len({row["transaction_id"] for row in predictions}) == expected.clean
    assert {row["model_version"] for row in predictions} == {VERSION}
    assert {row["reason"] for row in refused} == {*expected.dead_letters}
    board = json.loads((ROOT / "docker/grafana/dashboards/headrace.json").read_text())
    rules = yaml.safe_load((ROOT / "docker/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
    asked = [panel["targets"][0]["expr"] for panel in board["panels"]] + [rule["expr"] for rule in rules]
    assert [expression for expression in asked if not answered(project, expression)] == []
    assert "SUCCESS" in project(
        "exec", "-T", "prometheus", "promtool", "check", "rules", "/etc/prometheus/alerts.yml"
    )
