"""Checkpoints and savepoints in S3: what ``headrace cluster up -D`` says, and a job goes on from there."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.local import LocalCluster
from headrace.cluster.ports import free_ports
from headrace.connectors.kafka import tables_of
from headrace.connectors.recorded import Producer, Record
from headrace.runtime.suite import Suite
from tests.cluster.conftest import JVMS, PORTS, SHORT_LIVED
from tests.cluster.ingested import MESSAGE, values
from tests.services.s3 import SECRET, VARIABLES, bucket
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services.s3 import Bucket

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def state() -> Iterator[Bucket]:
    with pytest.MonkeyPatch.context() as patch, bucket("state") as made:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="module")
def cluster(state: Bucket, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    found = LocalCluster(tmp_path_factory.mktemp("s3"), root)
    options = {
        **dict.fromkeys(JVMS, SHORT_LIVED),
        "s3.endpoint": state.endpoint,
        "s3.path.style.access": "true",
        "execution.checkpointing.dir": "s3://state/checkpoints",
        "execution.checkpointing.savepoint-dir": "s3://state/savepoints",
    }
    try:
        found.up({**dict(zip(PORTS, free_ports(len(PORTS)))), "slots": 1}, options)
        yield found
    finally:
        found.down()


def test_a_job_goes_on_from_a_savepoint_and_a_checkpoint_in_s3(
    cluster: LocalCluster, state: Bucket, root: Path, tmp_path: Path
) -> None:
    tables = tables_of(Suite(root), "kafka", "fraud", {"KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap_servers})
    headrace(cluster, "topics", "--create", "--partitions", "1")
    headrace(cluster, "submit", "ingest", "--data", str(tmp_path), "--set", "KAFKA_LINGER_MS=7")
    Producer(tables["transactions_raw"]).send([Record(MESSAGE)])
    assert b'"transaction_id":1' in values(tables["transactions"], 1)[0]
    assert "s3://state/savepoints/savepoint-" in headrace(cluster, "stop", "ingest")
    assert any(key.startswith("savepoints/") and key.endswith("/_metadata") for key in state.objects())
    headrace(cluster, "resume", "ingest")
    assert "table.exec.state.ttl none → 2 d" in headrace(
        cluster, "upgrade", "ingest", "-D", "table.exec.state.ttl=2 d"
    )
    (kept,) = (cluster.folder / "jobs").glob("*.json")
    assert "KAFKA_LINGER_MS=7" in kept.read_text()
    Producer(tables["transactions_raw"]).send([Record(MESSAGE)])
    assert b'"duplicate"' in values(tables["dead_letters"], 1)[0]
    assert any(key.startswith("checkpoints/") and key.endswith("/_metadata") for key in state.objects())
    cluster.monitor.cancel(cluster.monitor.running()[0]["jid"])
    written = [path for path in cluster.folder.rglob("*") if path.is_file() and path.suffix != ".jar"]
    assert [path for path in written if SECRET.encode() in path.read_bytes()] == []


def test_a_cluster_that_is_started_again_still_knows_its_options(cluster: LocalCluster, root: Path) -> None:
    again = LocalCluster(cluster.folder, root)
    again.up({})
    assert again.home.option("execution.checkpointing.dir") == "s3://state/checkpoints"


def test_a_bucket_that_is_not_there_is_a_sentence(cluster: LocalCluster, tmp_path: Path) -> None:
    elsewhere = ["-D", "execution.checkpointing.dir=s3://nowhere/checkpoints"]
    refused = called(cluster, "submit", "ingest", "--data", str(tmp_path), *elsewhere)
    assert refused.returncode == 1
    assert "bucket" in refused.stderr.lower()
    assert "Traceback" not in refused.stderr


def headrace(cluster: LocalCluster, *arguments: str) -> str:
    """What a command printed that went well."""
    done = called(cluster, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def called(cluster: LocalCluster, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headrace", *arguments, "--cluster", str(cluster.folder)]
    environment = {**shell(), "COLUMNS": "400"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
