"""A job that is stopped with a savepoint and resumed at another parallelism gives what an uninterrupted one gives."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Callable

import pytest

from headrace.inbox.gate import Gate
from headrace.inbox.inbox import Inbox
from headrace.runtime.rest import JobMonitor
from tests.cluster.live_case import LiveCase, make_live_case
from tests.local_tables import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.client import FlinkClient
    from headrace.cluster.standalone import StandaloneCluster

PATIENCE_SECONDS = 240.0
TABLES = ("transactions", "transaction_features", "predictions", "alerts", "dead_letters")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> LiveCase:
    return make_live_case(tmp_path_factory.mktemp("case"))


class LiveJob:
    """The realtime job on a data folder of its own, from start to start."""

    def __init__(self, cluster: StandaloneCluster, flink: FlinkClient, data: Path, model: Path) -> None:
        self.data = data
        self._cluster, self._flink, self._model = cluster, flink, model
        self._id = ""

    def start(self, parallelism: int, savepoint: str = "") -> None:
        resume = ["-s", savepoint] if savepoint else []
        arguments = ["--environment", "live", "--data", str(self.data), "--model", str(self._model)]
        self._id = self._flink.run("realtime", *arguments, options=["-p", str(parallelism), *resume])

    def read_history(self) -> None:
        """Wait until history and labels have gone through: no operator moves rows any more."""
        gate = Gate(Inbox(self.data), JobMonitor(self._cluster.address, self._id))
        wait_until(lambda: bool(gate.tick()) or gate.opened)

    def read(self, case: LiveCase, part: int) -> None:
        """Let a part arrive, and wait until each of its records has become a transaction or a dead letter."""
        inbox = Inbox(self.data, settle=0)
        case.drop(part, inbox.inbox)
        inbox.take()
        wait_until(lambda: self.answered() >= case.records(part + 1))

    def answered(self) -> int:
        return sum(len(read_lines(self.data / table)) for table in ("transactions", "dead_letters"))

    def stop(self, *, drain: bool = False) -> str:
        return self._flink.stop(self._id, drain=drain)

    def rows(self) -> dict[str, list[str]]:
        """All rows of all outputs, sorted."""
        found = {table: read_lines(self.data / table) for table in TABLES}
        return {
            table: sorted(json.dumps(row, sort_keys=True) for row in rows) for table, rows in found.items()
        }


@pytest.fixture
def make_job(
    cluster: StandaloneCluster, flink: FlinkClient, artifact: Path, case: LiveCase, tmp_path: Path
) -> Callable[[str], LiveJob]:
    def _make(name: str) -> LiveJob:
        case.lay(tmp_path / name)
        return LiveJob(cluster, flink, tmp_path / name, artifact)

    return _make


@pytest.mark.cluster
def test_stopped_and_resumed_at_another_parallelism_equals_uninterrupted(
    case: LiveCase, make_job: Callable[[str], LiveJob]
) -> None:
    uninterrupted = run_through(make_job("uninterrupted"), case)
    stopped = run_with_stops(make_job("stopped"), case)
    assert reasons(uninterrupted) == case.expected
    assert stopped == uninterrupted


def run_through(job: LiveJob, case: LiveCase) -> dict[str, list[str]]:
    job.start(1)
    job.read_history()
    for part in range(len(case.parts)):
        job.read(case, part)
    job.stop(drain=True)
    return job.rows()


def run_with_stops(job: LiveJob, case: LiveCase) -> dict[str, list[str]]:
    job.start(1)
    job.read_history()
    job.read(case, 0)
    job.start(2, job.stop())
    job.read(case, 1)
    job.start(1, job.stop())
    job.read(case, 2)
    job.stop(drain=True)
    return job.rows()


def reasons(rows: dict[str, list[str]]) -> Counter[str]:
    """Dead letters by reason, and transactions."""
    found = Counter(json.loads(row)["reason"] for row in rows["dead_letters"])
    return found + Counter({"clean": len(rows["transactions"])})


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "nothing came for minutes"
        time.sleep(0.3)
