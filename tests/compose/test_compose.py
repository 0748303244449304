"""``docker compose up --wait`` and two jobs give predictions, on Kafka and in Postgres; Prometheus has answers.

Not among ``make test``: builds an image of 1.8 GB. ``make compose`` runs it, ``.ci/run`` where an engine answers.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from functools import partial
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
from headrace.runtime.configuration import read_profile
from tests.artifact import VERSION, make_artifact
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_SECONDS = 240
PORTS = ("KAFKA_PORT", "FLINK_PORT", "POSTGRES_PORT", "PROMETHEUS_PORT")
PROFILES = ("monitoring", "serving")
PASSWORD = "chosen $for this test"  # noqa: S105 -- of a server that lives as long
METRIC = re.compile(r"flink_\w+")


class Project:
    """A compose project of its own, on free ports, over a folder of data."""

    def __init__(self, data: Path) -> None:
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS)))))
        self.ports = ports
        self._environment = {
            **os.environ,
            **ports,
            "HEADRACE_DATA": str(data),
            "POSTGRES_PASSWORD": PASSWORD,
        }
        self._project = f"headrace-test-{os.getpid()}"

    def __call__(self, *arguments: str) -> str:
        """Run ``docker compose``; what it printed."""
        command = [
            "docker",
            "compose",
            "--project-name",
            self._project,
            *(f"--profile={profile}" for profile in PROFILES),
            *arguments,
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def get(self, port: str, path: str) -> Any:
        """What a service answers, by the name of its port."""
        with urlopen(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=30) as answer:
            return json.load(answer)

    def metrics(self, expression: str) -> list[Any]:
        """What Prometheus has for an expression; fails when it does not understand it."""
        found: list[Any] = self.get("PROMETHEUS_PORT", f"/api/v1/query?query={quote(expression)}")["data"][
            "result"
        ]
        return found

    def rows(self, query: str) -> list[str]:
        """What Postgres answers, a line a row."""
        return self("exec", "-T", "postgres", "psql", "-U", "headrace", "-Atc", query).splitlines()

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


def eventually(wanted: Callable[[], Any], what: str) -> None:
    """Wait until something is so; fails when it does not come to be."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(2)


def asked() -> tuple[list[str], list[str]]:
    """What the panels of the dashboard and what the rules ask Prometheus."""
    board = json.loads((ROOT / "docker/grafana/dashboards/headrace.json").read_text())
    rules = yaml.safe_load((ROOT / "docker/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
    return [panel["targets"][0]["expr"] for panel in board["panels"]], [rule["expr"] for rule in rules]


@pytest.fixture(scope="module")
def results(project: Project, events: tuple[Path, Expectation]) -> dict[str, list[dict[str, Any]]]:
    """What the jobs wrote into the topics, when both run and all events are through."""
    expected = events[1]
    project("exec", "-T", "jobmanager", "submit", "realtime", "--model", f"/data/models/{VERSION}")
    project("exec", "-T", "jobmanager", "submit", "serve", "--environment", "postgres")
    send = ["produce", "transactions_raw", "--key", "customer_id", "--data", "/data"]
    project("exec", "-T", "jobmanager", "headrace", *send)
    counts = {
        "predictions": expected.clean,
        "transaction_features": expected.clean,
        "dead_letters": expected.events_in - expected.clean,
    }
    return {name: project.messages(f"fraud.{name}", count) for name, count in counts.items()}


pytestmark = pytest.mark.compose


def test_every_event_becomes_a_prediction_or_a_dead_letter(
    results: dict[str, list[dict[str, Any]]], events: tuple[Path, Expectation]
) -> None:
    expected = events[1]
    assert len({row["transaction_id"] for row in results["predictions"]}) == expected.clean
    assert {row["model_version"] for row in results["predictions"]} == {VERSION}
    assert Counter(row["reason"] for row in results["dead_letters"]) == expected.dead_letters


def test_postgres_has_every_prediction_and_the_newest_features_of_each_customer(
    project: Project, results: dict[str, list[dict[str, Any]]]
) -> None:
    payments = sorted(row["transaction_id"] for row in results["predictions"])
    query = "SELECT transaction_id FROM served_predictions ORDER BY 1"
    eventually(lambda: project.rows(query) == [*map(str, payments)], "not all predictions are served")
    newest = {row["customer_id"]: row for row in sorted(results["transaction_features"], key=by_time)}
    lines = [
        f"{key}|{row['transaction_id']}|{row['customer_count_30d']}" for key, row in sorted(newest.items())
    ]
    query = "SELECT customer_id, transaction_id, customer_count_30d FROM served_customer_features ORDER BY 1"
    eventually(lambda: project.rows(query) == lines, "not the newest features of each customer are served")


def by_time(row: dict[str, Any]) -> Any:
    return row["event_time"]


@pytest.mark.parametrize("service", ["jobmanager", "taskmanager"])
def test_the_password_is_in_a_file_for_flink_alone(project: Project, service: str) -> None:
    seen = project("exec", "-T", service, "sh", "-c", "stat -c '%a %U' $PGPASSFILE; cat $PGPASSFILE; env")
    mode, line, *variables = seen.splitlines()
    assert (mode, line) == ("600 flink", f"postgres:5432:*:headrace:{PASSWORD}")
    assert PASSWORD not in "".join(variables)


def test_the_cluster_is_built_with_the_profile_of_clusters(project: Project) -> None:
    options = project.get("FLINK_PORT", "/jobmanager/config")
    found = {each["key"]: each["value"] for each in options}
    wanted = read_profile(ROOT, "cluster")
    assert {key: found.get(key) for key in wanted} == wanted


def test_prometheus_counts_rejections_by_reason(
    project: Project, results: dict[str, list[dict[str, Any]]]
) -> None:
    expected = {
        reason: str(n) for reason, n in Counter(row["reason"] for row in results["dead_letters"]).items()
    }
    query = "sum by (reason) (flink_taskmanager_job_task_operator_reason_rejected)"
    eventually(
        lambda: {each["metric"]["reason"]: each["value"][1] for each in project.metrics(query)} == expected,
        "rejections are not counted as they were",
    )


@pytest.mark.usefixtures("results")
def test_everything_that_is_watched_is_measured(project: Project) -> None:
    panels, rules = asked()
    for expression in panels:
        eventually(partial(project.metrics, expression), f"no answer: {expression}")
    for expression in rules:
        project.metrics(expression)
        for name in METRIC.findall(expression):
            eventually(partial(project.metrics, name), f"nobody measures {name}")
    said = project("exec", "-T", "prometheus", "promtool", "check", "rules", "/etc/prometheus/alerts.yml")
    assert "SUCCESS" in said
