"""``cluster up`` on a cluster of which a part runs."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.layout import Layout
from headrace.cluster.local import LocalCluster
from headrace.cluster.ports import free_ports
from headrace.cluster.programs import JOB_MANAGER, Program
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
FAIL = """
print("2026-11-26 21:00:00,123 INFO  org.apache.flink.Entrypoint - Starting")
print("org.apache.flink.util.FlinkException: Could not start")
print("\\tat org.example.First")
print("Caused by: java.net.BindException: Could not start rest endpoint on any port in port range 8081")
print("\\tat org.example.Second")
print("2026-11-26 21:00:01,123 INFO  org.apache.flink.Entrypoint - Ended")
"""
HEALTHY, NEW = Program("healthy", SLEEP, os.environ), Program("new", SLEEP, os.environ)
JOBS = Program(JOB_MANAGER, SLEEP, os.environ)
FAILING = Program("failing", [sys.executable, "-c", FAIL], os.environ)


class Half(LocalCluster):
    """A cluster of other programs."""

    def programs(self) -> list[Program]:
        """Those of the test."""
        return PROGRAMS


PROGRAMS: list[Program] = []


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Half]:
    """A cluster of which one program runs."""
    found = Half(tmp_path, tmp_path)
    Layout(*free_ports(5)).write(tmp_path / "cluster.json")
    PROGRAMS[:] = [HEALTHY]
    found.start(HEALTHY)
    yield found
    found.down()


def test_a_port_that_another_has_is_said_with_its_process_and_nothing_is_touched(cluster: Half) -> None:
    PROGRAMS.extend([NEW, JOBS])
    before = cluster.process("healthy").running()
    with socket.socket() as other:
        other.bind(("127.0.0.1", cluster.layout.web_ui))
        other.listen()
        with pytest.raises(HeadraceError) as refusal:
            cluster.up({})
        status = {row["process"]: row for row in cluster.status()}
    taken = f"port {cluster.layout.web_ui} is taken by "
    assert str(refusal.value).startswith(f"jobmanager can not start: {taken}")
    assert f", process {os.getpid()}" in str(refusal.value)
    assert cluster.process("healthy").running() == before
    assert not cluster.process("new").running()
    assert status[JOB_MANAGER]["reason"].startswith(taken)


def test_what_comes_up_beside_something_that_does_not_is_ended_and_what_ran_runs_on(cluster: Half) -> None:
    PROGRAMS.extend([NEW, FAILING])
    before = cluster.process("healthy").running()
    with pytest.raises(
        HeadraceError, match="failing ended while it started: BindException: Could not start rest"
    ):
        cluster.up({})
    assert cluster.process("healthy").running() == before
    assert not cluster.process("new").running()


def test_a_process_that_is_there_and_silent_is_not_running(cluster: Half) -> None:
    PROGRAMS.append(JOBS)
    cluster.start(JOBS)
    states = {row["process"]: row["state"] for row in cluster.status()}
    assert states == {"healthy": "running", JOB_MANAGER: "not answering", "keeper": "stopped"}
