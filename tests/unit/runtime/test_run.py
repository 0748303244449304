from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.errors import HeadraceError
from headrace.runtime import run as running
from headrace.runtime.folders import flink_path
from headrace.runtime.job import Job
from headrace.runtime.outputs import newest_checkpoint
from headrace.runtime.rest import JobMonitor
from headrace.runtime.run import (
    Run,
    RunningJob,
    make_importable,
    prepare,
    start,
)
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from headrace.runtime.resolve import Step
    from headrace.runtime.statement import Statement
    from headrace.runtime.suite import Suite


class PretendedFlink:
    """Stands for the session, the result of a job, its client and its future."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self.calls: list[str] = []
        self.polls = 0
        self.failure: Exception | None = None

    def open_session(self, _run: Run, options: Mapping[str, str]) -> PretendedFlink:
        self.options = dict(options)
        return self

    def create(self, steps: Iterable[Step]) -> None:
        self.calls.append(f"create {len(list(steps))}")

    def submit(self, pipeline: Statement, _steps: object = ()) -> PretendedFlink:
        self.calls.append(f"submit {pipeline.name}")
        return self

    def explain(self, pipeline: Statement) -> str:
        return f"plan of {pipeline.name}"

    def get_job_client(self) -> PretendedFlink:
        return self

    get_job_execution_result = get_job_client

    def get_job_id(self) -> str:
        return "j1"

    def cancel(self) -> PretendedFlink:
        self.calls.append("cancel")
        return self

    def done(self) -> bool:
        self.polls += 1
        return self.polls > 3

    def result(self) -> None:
        if self.failure:
            raise self.failure


@pytest.fixture
def flink(monkeypatch: pytest.MonkeyPatch) -> PretendedFlink:
    made = PretendedFlink()
    monkeypatch.setattr(running, "open_session", made.open_session)
    monkeypatch.setattr(running, "web_ui", lambda _result: "http://127.0.0.1:8090")
    return made


@pytest.fixture
def run(shop: Suite, tmp_path: Path) -> Run:
    data = tmp_path / "data"
    return Run(shop.root, Job("shop", "guess_sales"), data, "disk", "slow", values={"FOLDER": str(data)})


def sold(run: Run) -> Path:
    """A file of an earlier run."""
    path = run.data / "sales" / "part-0"
    path.parent.mkdir(parents=True)
    path.write_text("{}\n")
    return path


def kept(run: Run, name: str, at: float) -> Path:
    """A complete checkpoint, written at a time."""
    metadata = run.checkpoints / name / "_metadata"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("")
    os.utime(metadata, (at, at))
    return metadata.parent


def test_a_run_needs_its_pipeline_and_what_comes_before_it(run: Run) -> None:
    pipeline, steps = prepare(run)
    assert (pipeline.name, steps[-1].statement.name) == ("guess_sales", "sales")
    assert f"'{run.data}/sales'" in steps[-1].statement.text


def test_values_come_from_the_run_then_its_data_folder_then_the_process_then_the_profile(
    shop: Suite, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "-- Lines.\nCREATE TABLE sales WITH ('a'='${A}', 'b'='${HEADRACE_DATA}') LIKE contracts.sales;"
    lay(shop.root, {"connectors/disk/shop/sales.sql": text})
    with (shop.root / "flink-conf" / run.profile / "config.yaml").open("a", encoding="utf-8") as profile:
        profile.write("\nheadrace.values.A: of the profile\n")
    assert f"'a'='of the profile', 'b'='{run.data}'" in prepare(run)[1][-1].statement.text
    monkeypatch.setenv("A", "of the process")
    monkeypatch.setenv("HEADRACE_DATA", "elsewhere")
    assert f"'a'='of the process', 'b'='{run.data}'" in prepare(run)[1][-1].statement.text
    given = replace(run, values={**run.values, "A": "of the run"})
    assert "'a'='of the run'" in prepare(given)[1][-1].statement.text


def test_explaining_gives_the_plan_and_writes_nothing(run: Run, flink: PretendedFlink) -> None:
    assert running.explain(run) == "plan of guess_sales"
    assert flink.calls == ["create 7"]
    assert not run.data.exists()


def test_a_run_is_created_submitted_and_seen_through_the_port_that_it_got(
    run: Run, flink: PretendedFlink
) -> None:
    job = start(run)
    assert flink.calls == ["create 7", "submit guess_sales"]
    assert job.monitor == JobMonitor("http://127.0.0.1:8090", "j1")
    assert flink.options["rest.bind-port"] == "8081-8099"
    assert flink.options["execution.checkpointing.dir"] == flink_path(run.checkpoints)
    assert (run.data / "visits").is_dir()


def test_outputs_of_an_earlier_run_are_not_doubled(run: Run, flink: PretendedFlink) -> None:
    sold(run)
    with pytest.raises(HeadraceError, match=r"holds sales of an earlier run") as raised:
        start(run)
    assert "--overwrite" in raised.value.hint
    assert "--resume" in raised.value.hint
    assert flink.calls == []


def test_overwriting_deletes_outputs_and_checkpoints_and_leaves_the_input(
    run: Run, flink: PretendedFlink
) -> None:
    earlier, checkpoint = sold(run), kept(run, "chk-1", 1)
    (run.data / "visits").mkdir()
    (run.data / "visits" / "part-0").write_text("{}\n")
    start(replace(run, overwrite=True))
    assert not earlier.exists()
    assert not checkpoint.exists()
    assert (run.data / "visits" / "part-0").exists()
    assert "execution.state-recovery.path" not in flink.options


def test_a_fresh_run_leaves_no_checkpoint_to_resume_from(run: Run, flink: PretendedFlink) -> None:
    checkpoint = kept(run, "chk-1", 1)
    start(run)
    assert not checkpoint.exists()
    assert flink.calls


def test_nothing_is_deleted_when_the_port_is_taken(
    run: Run, flink: PretendedFlink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.runtime.rest.is_free", lambda *_: False)
    earlier = sold(run)
    with pytest.raises(HeadraceError, match="port 8085 is taken"):
        start(replace(run, overwrite=True, ui_port=8085))
    assert earlier.exists()
    assert flink.calls == []


@pytest.mark.parametrize("port", [0, 80, 99_999])
def test_a_port_that_is_none_is_refused(run: Run, flink: PretendedFlink, port: int) -> None:
    with pytest.raises(HeadraceError, match=rf"--ui-port is {port}; expected a port from 1024 to 65535"):
        start(replace(run, ui_port=port))
    assert flink.calls == []


def test_nothing_is_deleted_when_flink_refuses_the_sql(
    run: Run, flink: PretendedFlink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_steps: Iterable[Step]) -> None:
        raise HeadraceError("no such column")

    monkeypatch.setattr(flink, "create", refuse)
    earlier = sold(run)
    with pytest.raises(HeadraceError, match="no such column"):
        start(replace(run, overwrite=True))
    assert earlier.exists()


def test_resuming_goes_on_from_the_newest_checkpoint_once_and_keeps_outputs(
    run: Run, flink: PretendedFlink
) -> None:
    earlier = sold(run)
    kept(run, "j0/chk-9", 1)
    newest = kept(run, "savepoint-a-b", 2)
    start(replace(run, resume=True))
    assert flink.options["execution.state-recovery.path"] == flink_path(newest)
    assert flink.options["execution.state-recovery.claim-mode"] == "CLAIM"
    assert earlier.exists()


def test_resuming_without_checkpoint_is_refused(run: Run, flink: PretendedFlink) -> None:
    (run.checkpoints / "chk-1").mkdir(parents=True)
    with pytest.raises(HeadraceError, match=r"nothing to resume: .*holds no checkpoint") as raised:
        start(replace(run, resume=True))
    assert "without --resume" in raised.value.hint
    assert flink.calls == []


def test_the_newest_checkpoint_is_the_last_one_complete(run: Run) -> None:
    assert newest_checkpoint(run.checkpoints) is None
    kept(run, "j0/chk-10", 3)
    newest = kept(run, "j1/chk-2", 4)
    (run.checkpoints / "j1" / "chk-3").mkdir()
    assert newest_checkpoint(run.checkpoints) == newest


def test_waiting_shows_rows_until_the_job_has_ended(run: Run, flink: PretendedFlink) -> None:
    seen: list[dict[str, int]] = []
    RunningJob(flink, JobMonitor("http://127.0.0.1:9", "j1"), run).wait(seen.append, every=0)
    assert seen == [{}, {}, {}]


def test_waiting_shows_nothing_when_nobody_looks(run: Run, flink: PretendedFlink) -> None:
    RunningJob(flink, JobMonitor("http://127.0.0.1:9", "j1"), run).wait(every=0)
    assert flink.polls == 4


def test_a_failed_job_is_an_error_with_the_innermost_cause(run: Run, flink: PretendedFlink) -> None:
    flink.failure = RuntimeError(
        "JobExecutionException: x\n\tat a.b\nCaused by: java.io.IOException: disk full\n"
    )
    with pytest.raises(HeadraceError, match=r"^the job failed: IOException: disk full$"):
        RunningJob(flink, JobMonitor("http://127.0.0.1:9", "j1"), run).wait(every=0)


def test_a_line_that_can_not_be_read_is_looked_for_in_what_the_job_reads(
    run: Run, flink: PretendedFlink
) -> None:
    lay(run.data, {"visits/part-0": "{}\n{1}\n", "sales/part-0": "{1}\n"})
    said = "Caused by: java.io.IOException: Failed to deserialize JSON '{1}'.\n\tat a.b\nCaused by: a.JsonError: odd\n"
    flink.failure = RuntimeError(said)
    with pytest.raises(HeadraceError, match=r"visits/part-0:2 holds a line that can not be read: odd: \{1\}"):
        RunningJob(flink, JobMonitor("http://127.0.0.1:9", "j1"), run).wait(every=0)


@pytest.mark.parametrize(("stops", "calls"), [(True, ["savepoint"]), (False, ["savepoint", "cancel"])])
def test_an_interrupt_stops_the_job_with_a_savepoint_or_else_cancels_it(
    run: Run, flink: PretendedFlink, monkeypatch: pytest.MonkeyPatch, stops: bool, calls: list[str]
) -> None:
    def stop(_monitor: JobMonitor, folder: str) -> str:
        assert folder == flink_path(run.checkpoints)
        flink.calls.append("savepoint")
        if not stops:
            raise HeadraceError("too busy")
        return folder

    def interrupt(_rows: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(JobMonitor, "stop_with_savepoint", stop)
    with pytest.raises(KeyboardInterrupt):
        RunningJob(flink, JobMonitor("http://127.0.0.1:9", "j1"), run).wait(interrupt)
    assert flink.calls == calls


def test_a_suite_is_importable_here_and_in_what_is_started_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", ["/lib"])
    monkeypatch.setenv("PYTHONPATH", "/other")
    make_importable(tmp_path)
    make_importable(tmp_path)
    assert sys.path == [str(tmp_path), "/lib"]
    assert os.environ["PYTHONPATH"] == os.pathsep.join([str(tmp_path), "/other"])
