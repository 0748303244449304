from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.cluster.archive import pack_suite
from headrace.cluster.client import FlinkClient
from headrace.cluster.home import Home
from headrace.cluster.local import LocalCluster
from headrace.cluster.ports import free_ports
from headrace.cluster.process import marked
from headrace.cluster.standalone import StandaloneCluster
from headrace.runtime.configuration import read_profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORTS = ("web_ui", "kafka", "controller", "zookeeper", "sql_gateway")
JVMS = ("env.java.opts.jobmanager", "env.java.opts.taskmanager")
SHORT_LIVED = "-XX:TieredStopAtLevel=1"
"""Compiling more than this takes longer than the tests would gain."""


@pytest.fixture(scope="session")
def cluster(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandaloneCluster]:
    """A cluster of processes with the configuration of the profile for live input."""
    jvms = {f"env.java.opts.{name}": SHORT_LIVED for name in ("jobmanager", "taskmanager")}
    options = {**read_profile(root, "low-latency"), **jvms}
    with StandaloneCluster(Home(tmp_path_factory.mktemp("cluster")), options) as started:
        yield started


@pytest.fixture(scope="session")
def flink(cluster: StandaloneCluster, root: Path, tmp_path_factory: pytest.TempPathFactory) -> FlinkClient:
    """Flink's command line on that cluster."""
    return FlinkClient(cluster.home, pack_suite(root, tmp_path_factory.mktemp("suite")))


@pytest.fixture(scope="module")
def local_cluster(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """What ``headrace cluster up`` starts, two task managers with two slots each; nothing of it is left afterwards."""
    cluster = LocalCluster(tmp_path_factory.mktemp("local"), root)
    layout = {**dict(zip(PORTS, free_ports(len(PORTS)))), "task_managers": 2, "slots": 2}
    try:
        cluster.up(layout, dict.fromkeys(JVMS, SHORT_LIVED))
        yield cluster
    finally:
        cluster.down()
        assert not any(marked(cluster.process(program.name).mark) for program in cluster.programs())
