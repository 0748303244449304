from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.cluster.local import LocalCluster, file_systems
from headrace.cluster.process import marked
from headrace.cluster.web import ClusterMonitor
from headrace.connectors.store import JarStore
from headrace.errors import HeadraceError
from headrace.sql_client.client import SqlClient
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADRACE_CLUSTER", str(tmp_path / "cluster"))
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.setattr(JarStore, "fetch", JarStore.path)
    return tmp_path / "cluster"


def refused(*arguments: str) -> HeadraceError:
    result = CliRunner().invoke(app, [*arguments])
    assert isinstance(result.exception, HeadraceError), result.output
    return result.exception


@pytest.mark.parametrize(
    "command", [("submit", "ingest"), ("stop", "ingest"), ("resume", "ingest"), ("jobs",)]
)
def test_without_a_cluster_a_job_command_says_how_to_get_one(command: tuple[str, ...]) -> None:
    assert refused(*command).hint == "Start one: headrace cluster up."


def test_a_cluster_that_is_down_is_said(folder: Path) -> None:
    folder.mkdir()
    (folder / "cluster.json").write_text(
        json.dumps({"web_ui": 1, "kafka": 2, "controller": 3, "zookeeper": 4, "sql_gateway": 5})
    )
    assert str(refused("jobs")).startswith("no cluster answers at http://127.0.0.1:1")


def test_what_does_not_run_is_nothing_to_stop_and_no_good_status() -> None:
    assert CliRunner().invoke(app, ["cluster", "down"]).stdout == "nothing ran\n"
    assert CliRunner().invoke(app, ["cluster", "status"]).exit_code == 1


@pytest.mark.parametrize("option", ["--kafka-port", "--ui-port"])
def test_a_taken_port_is_refused_before_anything_starts(option: str, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port}, which " in str(refused("cluster", "up", option, str(port)))
    assert not (folder / "run").exists()


def test_a_folder_that_can_not_be_made_is_refused(folder: Path) -> None:
    folder.write_text("a file")
    assert "can not be created" in str(refused("cluster", "up"))


def test_a_program_that_does_not_come_up_is_named_and_nothing_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.cluster.broker.Broker.configure", lambda _: None)
    error = refused("cluster", "up")
    cluster = LocalCluster(folder, ROOT)
    assert " ended while it started: " in str(error)
    assert error.hint.startswith("See ")
    assert not any(marked(cluster.process(program.name).mark) for program in cluster.programs())


def test_a_table_that_is_on_no_topic_can_not_be_produced() -> None:
    assert str(refused("produce", "training_features")).startswith(
        "training_features stands on no topic in kafka"
    )


def test_a_broker_that_is_not_there_is_said_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.connectors.kafka.PATIENCE_SECONDS", 0.5)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    assert str(refused("produce", "labels")).startswith("no broker answers at 127.0.0.1:9")


def test_a_job_that_fails_on_its_way_is_said_with_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClusterMonitor, "is_at_work", lambda *_: False)
    monkeypatch.setattr(
        ClusterMonitor, "failure", lambda *_: "x\nCaused by: java.io.IOException: No space left on device\n"
    )
    with pytest.raises(HeadraceError, match="the job failed: IOException: No space left on device"):
        ClusterMonitor("http://nowhere").wait_until_at_work("1")


LOST = "org.apache.flink.util.FlinkExpectedException: The TaskExecutor is shutting down.\n\tat org.example.Stop\n"


def test_a_task_manager_that_goes_meanwhile_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = iter([False, False, True])
    monkeypatch.setattr(ClusterMonitor, "is_at_work", lambda *_: next(at_work))
    monkeypatch.setattr(ClusterMonitor, "completed_checkpoints", lambda *_: 1)
    monkeypatch.setattr(ClusterMonitor, "state", lambda *_: "RESTARTING")
    monkeypatch.setattr(ClusterMonitor, "failure", lambda *_: LOST)
    ClusterMonitor("http://nowhere").wait_until_at_work("1")
    assert next(at_work, "all looks were taken") == "all looks were taken"


def test_a_job_that_ends_with_its_task_manager_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClusterMonitor, "is_at_work", lambda *_: False)
    monkeypatch.setattr(ClusterMonitor, "state", lambda *_: "FAILED")
    monkeypatch.setattr(ClusterMonitor, "failure", lambda *_: LOST)
    with pytest.raises(HeadraceError, match=r"the job failed: .*TaskExecutor is shutting down"):
        ClusterMonitor("http://nowhere").wait_until_at_work("1")


def test_stopping_waits_for_tasks_that_are_on_their_way(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter(["SCHEDULED", "INITIALIZING", "RUNNING"])
    monkeypatch.setattr(
        ClusterMonitor, "get", lambda *_: {"state": "RUNNING", "vertices": [{"status": next(looks)}]}
    )
    monkeypatch.setattr(ClusterMonitor, "state", lambda *_: "RUNNING")
    ClusterMonitor("http://nowhere").wait_until_stoppable("1")
    assert next(looks, "all looks were taken") == "all looks were taken"


@pytest.mark.parametrize(("state", "patience"), [("RESTARTING", 0.0), ("FAILED", 60.0)])
def test_a_job_whose_tasks_do_not_run_is_not_stopped_and_it_is_said_why(
    state: str, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ClusterMonitor, "get", lambda *_: {"state": state, "vertices": [{"status": "SCHEDULED"}]}
    )
    monkeypatch.setattr(ClusterMonitor, "failure", lambda *_: "x\nCaused by: a.NoSlots: none is free\n")
    sentence = (
        f"the job is {state} and not all its tasks run, so no savepoint can be taken: NoSlots: none is free"
    )
    with pytest.raises(HeadraceError, match=sentence):
        ClusterMonitor("http://nowhere").wait_until_stoppable("1", patience)


def test_a_job_that_does_not_get_to_work_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClusterMonitor, "get", lambda *_: {"state": "CREATED"})
    with pytest.raises(HeadraceError, match="the job is CREATED and not at work after 0 s"):
        ClusterMonitor("http://nowhere").wait_until_at_work("1", patience=0.1)


def test_a_cluster_that_does_not_answer_has_no_jobs_and_no_slots() -> None:
    monitor = ClusterMonitor("http://127.0.0.1:9")
    assert (monitor.jobs(), monitor.slots(), monitor.state("1"), monitor.failure("1")) == ([], 0, "", "")


def test_a_secret_among_the_options_is_refused_and_not_repeated(folder: Path) -> None:
    error = refused("cluster", "up", "-D", "s3.endpoint=http://store", "-D", "s3.secret-key=hidden")
    assert str(error).startswith("s3.secret-key would be written into files that others may read")
    assert "AWS_SECRET_ACCESS_KEY" in error.hint
    assert "hidden" not in str(error)
    assert not folder.exists()


def test_an_option_without_a_value_is_said() -> None:
    assert str(refused("cluster", "up", "-D", "s3.endpoint")) == "-D wants key=value, got 's3.endpoint'"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, []),
        ({"execution.checkpointing.dir": "file:///checkpoints"}, []),
        ({"execution.checkpointing.dir": "s3://bucket/checkpoints"}, ["s3"]),
    ],
)
def test_the_file_system_that_an_option_leads_to_is_there(options: dict[str, str], wanted: list[str]) -> None:
    assert file_systems(options) == wanted


def test_typed_statements_are_kept_with_the_cluster_and_not_in_the_home_of_the_user(folder: Path) -> None:
    cluster = LocalCluster(folder, ROOT)
    command = SqlClient(cluster, folder / "init.sql").command()
    assert command[command.index("-hist") + 1] == str(cluster.home.folder / "sql-history")
