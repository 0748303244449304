from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.errors import HeadraceError
from headrace.runtime import submit
from headrace.runtime.job import Job, job_names
from headrace.runtime.run import Run
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.runtime.resolve import Step
    from headrace.runtime.statement import Statement

INGEST = Job("fraud", "ingest")
SCORE = Job("fraud", "score", needs_model=True)


class Options(dict[str, str]):
    """Stands for PyFlink's TableConfig: what flink run has set, then what is set on top."""

    def set(self, key: str, value: str) -> None:
        self[key] = value


class FakeSession:
    """Notes what it is told instead of starting Flink."""

    def __init__(self, configuration: dict[str, str]) -> None:
        assert not configuration
        self.config = Options()
        self.environment = SimpleNamespace(get_config=lambda: self.config)
        self.created: list[str] = []
        type(self).latest = self

    latest: FakeSession

    def create(self, steps: Iterable[Step]) -> None:
        self.created = [step.statement.name for step in steps]

    def submit(self, pipeline: Statement, _steps: object = ()) -> Any:
        self.submitted = pipeline.name
        return SimpleNamespace(get_job_client=lambda: SimpleNamespace(get_job_id=lambda: "a1b2"))


@pytest.fixture
def in_flink_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(submit.GATEWAY, "12345")
    monkeypatch.setattr(submit, "Session", FakeSession)


def make_run(job: Job = INGEST, **parameters: str) -> Run:
    return Run(
        ROOT, job, Path("data"), parameters={key.replace("_", "."): each for key, each in parameters.items()}
    )


@pytest.mark.parametrize("name", job_names(ROOT))
def test_every_job_is_a_module_that_runs(name: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", f"jobs.{name}", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert f"flink run … -pym jobs.{name}" in done.stdout


@pytest.mark.usefixtures("in_flink_run")
def test_submits_prints_the_id_and_does_not_wait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submit.main(INGEST, ["--data", str(tmp_path)])
    assert capsys.readouterr().out == "fraud-ingest submitted as a1b2\n"
    assert FakeSession.latest.submitted == "ingest"
    assert "transactions_checked" in FakeSession.latest.created
    assert (tmp_path / "transactions_raw").is_dir()


@pytest.mark.usefixtures("in_flink_run")
def test_on_a_cluster_functions_run_in_workers_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(tmp_path), "--model", "m", "--profile", "low-latency"]
    submit.main(SCORE, arguments)
    assert FakeSession.latest.config["python.execution-mode"] == "process"
    assert (
        "run in workers, not in the JVM as was asked for: a task manager has one" in capsys.readouterr().err
    )


@pytest.mark.usefixtures("in_flink_run")
def test_the_model_is_a_job_parameter(tmp_path: Path) -> None:
    submit.main(SCORE, ["--data", str(tmp_path), "--model", "file:///models/it's"])
    assert FakeSession.latest.config[submit.JOB_PARAMETERS] == '{"headrace.model": "file:///models/it\'s"}'


@pytest.mark.usefixtures("in_flink_run")
def test_the_deployment_log_is_a_job_parameter(tmp_path: Path) -> None:
    submit.main(SCORE, ["--data", str(tmp_path), "--deployments", "file:///deployments"])
    assert (
        FakeSession.latest.config[submit.JOB_PARAMETERS] == '{"headrace.deployments": "file:///deployments"}'
    )


@pytest.mark.usefixtures("in_flink_run")
@pytest.mark.parametrize(
    ("job", "arguments", "sentence"),
    [
        (SCORE, [], "error: fraud-score scores and wants a model, or a deployment log"),
        (
            SCORE,
            ["--model", "m", "--deployments", "d"],
            "error: fraud-score scores and wants a model, or a deployment log",
        ),
        (INGEST, ["--set", "BROKER"], "error: --set wants NAME=VALUE, got 'BROKER'"),
        (INGEST, ["--environment", "nowhere"], "error: there is no environment 'nowhere'"),
        (INGEST, ["--data", "/dev/null/data"], "error: /dev/null/data/"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_1(
    job: Job, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        submit.main(job, arguments)
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(sentence)


def test_outside_of_flink_run_it_says_how_to_submit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(submit.GATEWAY, raising=False)
    with pytest.raises(HeadraceError, match=r"(?s)without flink run.*headrace run ingest"):
        submit.submit(INGEST, make_run())


def test_options_cannot_be_cut_short(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        submit.parse(INGEST, ["--env", "local"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --env" in capsys.readouterr().err


def test_arguments_become_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADRACE_DATA", "/tables")
    run = submit.parse(
        SCORE, ["--model", "m1", "--set", "BROKER=b:9092", "--set", "TOPIC=a=b", "--profile", "low-latency"]
    )
    assert run.root == ROOT
    assert run.data == Path("/tables")
    assert (run.environment, run.profile) == ("local", "low-latency")
    assert run.values == {"BROKER": "b:9092", "TOPIC": "a=b"}
    assert run.parameters == {"headrace.model": str(tmp_path / "m1")}


def test_the_suite_is_the_one_named_or_else_the_jobs_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert submit.parse(INGEST, []).root == ROOT
    (tmp_path / "sql").mkdir()
    monkeypatch.setenv("HEADRACE_ROOT", str(tmp_path))
    assert submit.parse(INGEST, []).root == tmp_path


def test_what_flink_run_says_wins_over_the_profile() -> None:
    config = Options({"execution.checkpointing.interval": "7 s", "pipeline.name": "mine"})
    submit.configure(config, make_run())
    assert config["execution.checkpointing.interval"] == "7 s"
    assert config["pipeline.name"] == "mine"


def test_the_profile_fills_in_what_is_missing() -> None:
    config = Options()
    submit.configure(config, make_run())
    assert config["pipeline.name"] == "fraud-ingest"
    assert config["table.local-time-zone"] == "UTC"
    assert config["execution.checkpointing.interval"] == "10 s"
    assert config["table.exec.uid.generation"] == "ALWAYS"


def test_how_a_cluster_is_built_and_how_wide_a_job_runs_is_not_the_profiles_to_say() -> None:
    config = Options()
    submit.configure(config, make_run())
    assert not [key for key in config if key.startswith(submit.CLUSTER_OPTIONS)]


def test_job_parameters_of_flink_run_stay_beside_the_jobs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "read_parameters", lambda option: dict([option.split(":")]))
    config = Options({submit.JOB_PARAMETERS: "headrace.reasons:0"})
    submit.configure(config, make_run(SCORE, headrace_model="/m"))
    assert config[submit.JOB_PARAMETERS] == '{"headrace.model": "/m", "headrace.reasons": "0"}'


def test_a_job_without_parameters_leaves_those_of_flink_run_alone() -> None:
    config = Options({submit.JOB_PARAMETERS: "a:b"})
    submit.configure(config, make_run())
    assert config[submit.JOB_PARAMETERS] == "a:b"
