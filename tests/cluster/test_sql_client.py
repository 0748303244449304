"""The session on the page docs/sql-client.md, typed into Flink's SQL client on a cluster of this machine."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from datasets.fraud.benchmark import benchmark
from datasets.fraud.tables import write_labels, write_transactions
from headrace.cluster.ports import wait_until
from headrace.cluster.shutdown import running_jobs
from headrace.errors import HeadraceError
from headrace.sql_client.session import GatewaySession
from tests.local_tables import ROOT
from tests.shell import shell

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.local import LocalCluster

pytestmark = pytest.mark.cluster

PAGE = (ROOT / "docs" / "sql-client.md").read_text(encoding="utf-8")
STATEMENTS = "".join(re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
SHOWN = "".join(re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)).splitlines()
LAST_DAY = 2


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of payments and verdicts."""
    folder = tmp_path_factory.mktemp("data")
    payments = benchmark(0, LAST_DAY)
    write_transactions(payments, folder)
    write_labels(payments, folder)
    return folder


def headrace_sql(cluster: LocalCluster, data: Path, *arguments: str) -> str:
    """What ``headrace sql`` prints."""
    places = ["--cluster", str(cluster.home.folder), "--data", str(data), "--environment", "local"]
    command = [sys.executable, "-m", "headrace", "sql", *places, *arguments]
    done = subprocess.run(command, env=shell(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_the_session_on_the_page_shows_what_the_page_shows(
    local_cluster: LocalCluster, data: Path, artifact: Path, tmp_path: Path
) -> None:
    file = tmp_path / "session.sql"
    file.write_text(STATEMENTS)
    printed = headrace_sql(local_cluster, data, "--model", str(artifact), "--file", str(file))
    assert tables(printed) == SHOWN, printed


@pytest.mark.timeout(600)
def test_a_session_at_the_gateway_knows_tables_views_and_functions(
    local_cluster: LocalCluster, data: Path, artifact: Path
) -> None:
    session = headrace_sql(local_cluster, data, "--model", str(artifact), "--session").strip()
    address, _, handle = session.rpartition("/v3/sessions/")
    assert address == local_cluster.sql_gateway
    opened = GatewaySession(address, handle)
    opened.run("DESCRIBE predictions")
    opened.run("EXPLAIN SELECT score FROM predictions_made")
    opened.run("EXPLAIN SELECT customer_count_7d FROM customer_features")
    with pytest.raises(HeadraceError, match="Object 'nowhere' not found"):
        opened.run("SELECT * FROM nowhere")
    opened.run("CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')")
    opened.run("SELECT n FROM endless")
    assert len(local_cluster.monitor.running()) == 1
    wait_until(lambda: running_jobs(local_cluster) == [], 60, "the query is not known as one")
    opened.close()
    wait_until(lambda: not local_cluster.monitor.running(), 60, "the query of a closed session runs on")


def tables(printed: str) -> list[str]:
    """The lines of tables, without what the client writes in front of their first one."""
    found = (re.search(r"(\+-[-+]+\+|^\| .*\|)$", line) for line in printed.splitlines())
    return [line.group() for line in found if line]
