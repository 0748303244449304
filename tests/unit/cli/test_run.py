"""``headrace run`` up to the point where Flink starts: everything that can be wrong before costs no JVM."""

from __future__ import annotations

import shutil
import socket
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cli import run as command
from headrace.models.definition import ScoreThreshold, load_definition
from headrace.models.training import Provenance, train
from tests.artifact import make_frame
from tests.local_tables import ROOT
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.runtime.run import Run
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A copy of the suite to break."""
    copied = tmp_path / "suite"
    for folder in ("sql", "connectors", "flink-conf", "jobs"):
        shutil.copytree(ROOT / folder, copied / folder)
    return copied


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that would have been started; they end at once."""
    runs: list[Run] = []

    def start(run: Run) -> Any:
        runs.append(run)
        return job_that(run, lambda *_: None)

    monkeypatch.setattr(command, "start", start)
    return runs


def job_that(run: Run, wait: Callable[..., None]) -> Any:
    """A job that runs nowhere."""
    return SimpleNamespace(monitor=SimpleNamespace(address="http://127.0.0.1:8081"), run=run, wait=wait)


def damaged(artifact: Path, target: Path) -> Path:
    """A copy of an artifact with one byte of its model flipped."""
    shutil.copytree(artifact, target)
    content = bytearray((target / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (target / "model.onnx").write_bytes(content)
    return target


def test_a_job_runs_on_local_files_by_default_and_says_where_to_look(
    headrace: Headrace, started: list[Run], data: Path
) -> None:
    said = headrace("run", "ingest", "--data", data)
    assert (said.code, said.out) == (0, f"fraud-ingest finished; outputs in {data}\n")
    assert "web UI http://127.0.0.1:8081" in said.err
    (run,) = started
    assert (run.environment, run.profile, run.data) == ("local", "throughput", data)


def test_options_reach_the_run(headrace: Headrace, started: list[Run], data: Path) -> None:
    options = [
        "--environment",
        "live",
        "--profile",
        "low-latency",
        "--ui-port",
        8099,
        "--resume",
        "--overwrite",
    ]
    file_of(data / "checkpoints" / "ingest" / "savepoint-1" / "_metadata")
    headrace("run", "ingest", "--data", data, *options, "--set", "A=1", "--set", "B=x=y")
    (run,) = started
    assert (run.environment, run.profile, run.ui_port) == ("live", "low-latency", 8099)
    assert (run.resume, run.overwrite, run.values) == (True, True, {"A": "1", "B": "x=y"})


def test_options_of_flink_reach_the_run_the_last_of_a_key_counts(
    headrace: Headrace, started: list[Run], data: Path
) -> None:
    said = ["-D", "parallelism.default=1", "-D", "parallelism.default=3", "-D", "a.b=c=d"]
    headrace("run", "ingest", "--data", data, *said)
    (run,) = started
    assert run.options == {"parallelism.default": "3", "a.b": "c=d"}


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("parallelism.default", "-D wants key=value, got 'parallelism.default'"),
        (
            "execution.checkpointing.unaligned.enabled=true",
            "-D: execution.checkpointing.unaligned.enabled is true; expected aligned checkpoints",
        ),
    ],
)
def test_an_option_of_flink_that_can_not_hold_is_refused(
    headrace: Headrace, data: Path, option: str, complaint: str
) -> None:
    assert complaint in one_error(headrace("run", "ingest", "--data", data, "-D", option))


def test_a_job_that_scores_takes_the_model_that_was_trained_last(
    headrace: Headrace, started: list[Run], data: Path, artifact: Path
) -> None:
    shutil.copytree(artifact, data / "models" / "newest")
    assert headrace("run", "score", "--data", data).code == 0
    assert started[0].parameters == {"headrace.model": str(data / "models" / "newest")}


def file_of(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}\n")
    return path


def test_a_live_run_watches_the_inbox_and_takes_up_again_what_waited_before(
    headrace: Headrace, started: list[Run], data: Path
) -> None:
    file_of(data / "arrived" / "000000-a.jsonl")
    said = headrace("run", "ingest", "--live", "--data", data)
    assert said.code == 0
    assert f"drop files of events, one a line, into {data}/inbox; 1 of them wait" in said.err
    assert (data / "inbox" / ".again" / "000000-a.jsonl").is_file()
    assert (started[0].environment, started[0].profile) == ("live", "low-latency")


def test_a_live_run_that_is_resumed_leaves_what_was_read_where_it_is(
    headrace: Headrace, started: list[Run], data: Path
) -> None:
    arrived = file_of(data / "arrived" / "000000-a.jsonl")
    file_of(data / "checkpoints" / "ingest" / "savepoint-1" / "_metadata")
    assert headrace("run", "ingest", "--live", "--resume", "--data", data).code == 0
    assert arrived.is_file()
    assert len(started) == 1


def test_a_live_run_that_is_refused_moves_no_file(headrace: Headrace, data: Path) -> None:
    arrived = file_of(data / "arrived" / "000000-a.jsonl")
    file_of(data / "transactions" / "part-0")
    assert "of an earlier run" in one_error(headrace("run", "ingest", "--live", "--data", data))
    assert arrived.is_file()


def test_an_interrupted_run_says_how_to_go_on(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        metadata = data / "checkpoints" / "ingest" / "savepoint-1" / "_metadata"
        metadata.parent.mkdir(parents=True)
        metadata.write_text("")
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "start", lambda run: job_that(run, interrupt))
    said = headrace("run", "ingest", "--data", data)
    assert said.code == 130
    assert "fraud-ingest stopped; --resume goes on where it stopped" in said.err


def test_an_interrupt_before_the_first_checkpoint_says_that_there_is_none(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "start", lambda run: job_that(run, interrupt))
    said = headrace("run", "ingest", "--data", data)
    assert said.code == 130
    assert "before its first checkpoint" in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["inges"], "there is no job 'inges'; there are: backfill, features, ingest"),
        (
            ["ingest", "--environment", "kafak"],
            "there is no environment 'kafak'; there are: kafka, kafka-avro, kafka-avro-confluent, kafka-protobuf, ",
        ),
        (
            ["ingest", "--profile", "fast"],
            "there is no profile 'fast'; there are: cluster, low-latency, throughput",
        ),
        (["ingest", "--set", "TOPIC"], "--set wants NAME=VALUE, got 'TOPIC'"),
        (["ingest", "--set", "=a"], "--set wants NAME=VALUE, got '=a'"),
        (["ingest", "--root", "/nowhere"], "no suite in /nowhere: expected a folder that holds sql/"),
        (["score"], "fraud-score scores and wants a model; found no artifact in "),
    ],
    ids=["job", "environment", "profile", "no value", "no name", "root", "model"],
)
def test_what_is_not_there_is_refused_with_what_there_is(
    headrace: Headrace, data: Path, arguments: list[str], expected: str
) -> None:
    assert expected in one_error(headrace("run", *arguments, "--data", data))


def test_an_option_that_does_not_exist_is_a_usage_error(headrace: Headrace) -> None:
    said = headrace("run", "ingest", "--fast")
    assert said.code == 2
    assert "No such option" in said.err


def test_a_broken_profile_is_refused_with_file_and_line(headrace: Headrace, suite: Path, data: Path) -> None:
    path = suite / "flink-conf" / "throughput" / "config.yaml"
    path.write_text("parallelism:\n  default: [2\n")
    assert f"{path}:3: not YAML: " in one_error(headrace("run", "ingest", "--data", data, "--root", suite))


def test_an_unbound_contract_is_refused_with_file_and_line(
    headrace: Headrace, suite: Path, data: Path
) -> None:
    (suite / "connectors" / "local" / "fraud" / "transactions_raw.sql").unlink()
    error = one_error(headrace("run", "ingest", "--data", data, "--root", suite))
    assert "views/transactions_read.sql:" in error
    assert "contract transactions_raw is not bound in environment local" in error
    assert "connectors/local/fraud/transactions_raw.sql" in error


def test_a_value_that_is_missing_is_refused_with_file_and_line(
    headrace: Headrace, suite: Path, data: Path
) -> None:
    path = suite / "connectors" / "local" / "fraud" / "transactions_raw.sql"
    path.write_text(path.read_text().replace("${HEADRACE_DATA}", "${RAW_FOLDER}"))
    error = one_error(headrace("run", "ingest", "--data", data, "--root", suite))
    assert f"{path}:8: ${{RAW_FOLDER}} has no value" in error
    assert "--set RAW_FOLDER=" in error


def test_a_file_in_the_place_of_the_data_folder_is_refused_by_name(headrace: Headrace, data: Path) -> None:
    data.write_text("")
    assert f"{data}/" in one_error(headrace("run", "ingest", "--data", data))


@pytest.mark.parametrize(
    "command_line", [["run", "realtime", "--live"], ["demo"], ["data", "--last-day", "0"]], ids=lambda c: c[0]
)
def test_a_file_in_the_place_of_the_data_folder_is_refused_by_every_command(
    headrace: Headrace, data: Path, artifact: Path, command_line: list[str]
) -> None:
    data.write_text("")
    model = ["--model", str(artifact)] if "--live" in command_line else []
    assert str(data) in one_error(headrace(*command_line, *model, "--data", data))


def test_outputs_of_an_earlier_run_are_not_doubled(headrace: Headrace, data: Path) -> None:
    (data / "transactions").mkdir(parents=True)
    (data / "transactions" / "part-0").write_text("{}\n")
    error = one_error(headrace("run", "ingest", "--data", data))
    assert f"{data} holds transactions of an earlier run" in error
    assert "--resume" in error
    assert "--overwrite" in error


def test_nothing_to_resume_is_refused(headrace: Headrace, data: Path) -> None:
    assert "nothing to resume" in one_error(headrace("run", "ingest", "--data", data, "--resume"))


def test_a_taken_port_is_refused_before_anything_is_deleted(headrace: Headrace, data: Path) -> None:
    earlier = data / "transactions" / "part-0"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("{}\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = headrace("run", "ingest", "--data", data, "--overwrite", "--ui-port", port)
    assert f"port {port} is taken on this machine" in one_error(said)
    assert earlier.exists()


def test_a_damaged_model_is_refused_by_the_file_that_changed(
    headrace: Headrace, data: Path, artifact: Path, tmp_path: Path
) -> None:
    model = damaged(artifact, tmp_path / "damaged")
    error = one_error(headrace("run", "score", "--data", data, "--model", model))
    assert f"{model}/model.onnx is not as it was written" in error


def test_a_model_trained_on_other_features_is_refused_with_both_sides(
    headrace: Headrace, data: Path, tmp_path: Path
) -> None:
    definition = load_definition(ROOT, "fraud")
    fewer = replace(definition, features=definition.features[1:], policy=ScoreThreshold(0.5))
    frame = make_frame(definition).drop(columns=definition.features[0].name)
    model = train(fewer, frame, None, tmp_path / "fewer", Provenance("0" * 64)).path
    error = one_error(headrace("run", "realtime", "--data", data, "--model", model))
    assert "the features given are not those of model" in error
    assert "extra: amount DOUBLE" in error
    assert "model expects: is_weekend INT" in error
