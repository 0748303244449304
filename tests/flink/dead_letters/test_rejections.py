"""Every rejection is counted among Flink's metrics, once, under its reason."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cluster.ports import free_ports
from headrace.runtime.job import load_job
from headrace.runtime.rest import JobMonitor, ask
from headrace.runtime.run import Run, explain, start
from tests.deployment_log import make_log
from tests.flink.dead_letters.raw_log import payment
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.runtime.session import Session

PATIENCE_SECONDS = 120
COUNTER = re.compile(r"\.reason\.(\w+)\.rejected$")
FETCHED_OFTEN = {"metrics.fetcher.update-interval": "200"}
NAMES = 150
"""More than are counted under their own names, which are 100."""


def rejections(monitor: JobMonitor) -> Counter[str]:
    """What a running job has counted so far, by reason."""
    found: Counter[str] = Counter()
    job = f"/jobs/{monitor.job_id}"
    for vertex in ask(monitor.address, job).get("vertices", []):
        metrics = f"{job}/vertices/{vertex['id']}/subtasks/metrics"
        names = [each["id"] for each in ask(monitor.address, metrics) if COUNTER.search(each["id"])]
        for name in names:
            for each in ask(monitor.address, f"{metrics}?get={name}&agg=sum"):
                found[COUNTER.findall(name)[0]] += int(each["sum"])
    return found


def awaited(monitor: JobMonitor, total: int) -> Counter[str]:
    """The counts when they have come to a sum, or what there is when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum((found := rejections(monitor)).values()) < total and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def messages() -> list[bytes]:
    """Of each kind another number: two no JSON object, three below zero, four repeats, one late, five good."""
    now = datetime.now(timezone.utc)

    def at(seconds: int) -> str:
        return (now - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")

    good = [payment(number, at(60), 7, 10) for number in range(5)]
    below_zero = [payment(10 + number, at(60), 8, -1) for number in range(3)]
    return [*good, b"no", b"[]", *below_zero, *good[:4], payment(20, at(600), 9, 10)]


@pytest.mark.flink
def test_the_whole_way_counts_each_rejection_once_under_its_reason(root: Path, tmp_path: Path) -> None:
    make_log(
        tmp_path, [{"role": "champion", "version": "fraud-test", "effective_from": "2100-01-01T00:00:00Z"}]
    )
    run = Run(
        root,
        load_job(root, "realtime"),
        tmp_path,
        "live",
        "low-latency",
        parameters={"headrace.deployments": str(tmp_path / "deployments")},
        ui_port=free_ports(1)[0],
        options=FETCHED_OFTEN,
    )
    (tmp_path / "arrived").mkdir()
    (tmp_path / "arrived" / "messages").write_bytes(b"\n".join(messages()) + b"\n")
    job = start(run)
    try:
        found = awaited(job.monitor, 15)
    finally:
        job.result.get_job_client().cancel().result()
    assert found == {"not_json": 2, "amount_negative": 3, "duplicate": 4, "late": 1, "inference": 5}


@pytest.mark.flink
@pytest.mark.parametrize(("job", "branches"), [("ingest", 2), ("score", 1), ("realtime", 3)])
def test_the_call_stands_once_in_each_branch_of_a_plan(job: str, branches: int, tmp_path: Path) -> None:
    plan = explain(Run(ROOT, load_job(ROOT, job), tmp_path)).split("== Optimized Execution Plan ==")[1]
    assert plan.count("rejected(") == branches


@pytest.mark.flink
def test_reasons_without_end_become_other_and_null_is_no_rejection(
    open_session: Callable[..., Session], tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    environment = open_session(
        **FETCHED_OFTEN, **{"rest.port": str(port), "rest.bind-port": str(port)}
    ).environment
    source = tmp_path / "reasons"
    source.mkdir()
    reasons = [*[f"reason_{number}" for number in range(NAMES)], None, "other", "reason_0"]
    (source / "rows").write_text("".join(json.dumps({"reason": each}) + "\n" for each in reasons))
    options = f"'connector' = 'filesystem', 'path' = '{source.as_uri()}', 'source.monitor-interval' = '1 s'"
    for statement in (
        "CREATE TEMPORARY SYSTEM FUNCTION rejected AS 'headrace.operators.Rejected' LANGUAGE JAVA",
        f"CREATE TABLE reasons (reason STRING) WITH ({options}, 'format' = 'json')",
        "CREATE TABLE nowhere (reason STRING) WITH ('connector' = 'blackhole')",
    ):
        environment.execute_sql(statement)
    client: Any = environment.execute_sql(
        "INSERT INTO nowhere SELECT rejected(reason) FROM reasons"
    ).get_job_client()
    try:
        found = awaited(JobMonitor(f"http://127.0.0.1:{port}", str(client.get_job_id())), len(reasons) - 1)
    finally:
        client.cancel().result()
    assert found.pop("other") == NAMES - 100 + 1
    assert found == {**{f"reason_{number}": 1 for number in range(100)}, "reason_0": 2}
