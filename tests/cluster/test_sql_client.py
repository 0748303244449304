"""The session on the page docs/sql-client.md, typed into Flink's SQL client on a cluster of this machine."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from datasets.fraud.benchmark import benchmark
from datasets.fraud.tables import write_labels, write_transactions
from headrace.cluster.local import LocalCluster
from headrace.cluster.ports import free_ports
from tests.local_tables import ROOT
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.cluster

PAGE = (ROOT / "docs" / "sql-client.md").read_text(encoding="utf-8")
STATEMENTS = "".join(re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
SHOWN = "".join(re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)).splitlines()
JVMS = ("env.java.opts.jobmanager", "env.java.opts.taskmanager")
PORTS = ("web_ui", "kafka", "controller", "zookeeper")
LAST_DAY = 2


@pytest.fixture
def local_cluster(root: Path, tmp_path: Path) -> Iterator[LocalCluster]:
    cluster = LocalCluster(tmp_path / "cluster", root)
    layout = {**dict(zip(PORTS, free_ports(len(PORTS)))), "task_managers": 1, "slots": 4}
    try:
        cluster.up(layout, dict.fromkeys(JVMS, "-XX:TieredStopAtLevel=1"))
        yield cluster
    finally:
        cluster.down()


@pytest.mark.timeout(600)
def test_the_session_on_the_page_shows_what_the_page_shows(
    local_cluster: LocalCluster, artifact: Path, tmp_path: Path
) -> None:
    data, file = tmp_path / "data", tmp_path / "session.sql"
    payments = benchmark(0, LAST_DAY)
    write_transactions(payments, data)
    write_labels(payments, data)
    file.write_text(STATEMENTS)
    places = ["--cluster", str(local_cluster.home.folder), "--data", str(data), "--environment", "local"]
    command = [
        sys.executable,
        "-m",
        "headrace",
        "sql",
        *places,
        "--model",
        str(artifact),
        "--file",
        str(file),
    ]
    done = subprocess.run(command, env=shell(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert tables(done.stdout) == SHOWN, done.stdout


def tables(printed: str) -> list[str]:
    """The lines of tables, without what the client writes in front of their first one."""
    found = (re.search(r"(\+-[-+]+\+|^\| .*\|)$", line) for line in printed.splitlines())
    return [line.group() for line in found if line]
