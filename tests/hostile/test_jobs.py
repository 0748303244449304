"""What goes wrong with jobs on a cluster: upgraded elsewhere, asked for too wide, stopped too early, told secrets."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.connectors.store import JarStore
from headrace.errors import HeadraceError
from tests.local_tables import ROOT
from tests.unit.cluster.played import MONITORS, PlayedCluster, play, told

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.submitter import Submitter

VARIABLES = ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_TOPIC_PREFIX", "KAFKA_DELIVERY", "KAFKA_LINGER_MS")


@pytest.fixture(autouse=True)
def submitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, artifact: Path) -> Submitter:
    """A played cluster that commands find, with a model to score with; no broker is asked."""
    played = play(tmp_path, monkeypatch)
    MONITORS[tmp_path].answers["/overview"] = {"slots-total": 8, "slots-available": 8}
    monkeypatch.setattr("headrace.cli.submission.LocalCluster", PlayedCluster)
    monkeypatch.setattr("headrace.cli.submission.require_services_of", lambda *_: None)
    monkeypatch.setattr(
        "headrace.cli.submission.pack_suite", lambda _, folder: folder / f"suite-{os.environ['VERSION']}.zip"
    )
    monkeypatch.setattr(JarStore, "fetch", JarStore.path)
    monkeypatch.setenv("HEADRACE_CLUSTER", str(tmp_path))
    monkeypatch.setenv("HEADRACE_ROOT", str(ROOT))
    monkeypatch.setenv("HEADRACE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("VERSION", "1")
    monkeypatch.setenv("MODEL", str(artifact))
    for name in VARIABLES:
        monkeypatch.setenv(name, "taken away again, so that it is as it was after the test")
        monkeypatch.delenv(name)
    return played


def headrace(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> HeadraceError:
    result = CliRunner().invoke(app, [*arguments])
    assert isinstance(result.exception, HeadraceError), result.output
    return result.exception


def submit(*arguments: str) -> str:
    return headrace("submit", "realtime", "--model", os.environ["MODEL"], *arguments)


def test_an_upgrade_keeps_how_the_job_was_submitted(submitter: Submitter) -> None:
    submit(
        "-p",
        "2",
        "--set",
        "KAFKA_TOPIC_PREFIX=x2.",
        "-D",
        "table.exec.state.ttl=1 d",
        "--profile",
        "throughput",
    )
    os.environ["VERSION"] = "2"
    assert "suite suite-1 → suite-2" in headrace("upgrade", "realtime")
    first, second = told(submitter, "0"), told(submitter, "1")
    assert first.startswith("-p 2 -Dtable.exec.state.ttl=1 d ")
    assert "--set KAFKA_TOPIC_PREFIX=x2." in first
    assert second.replace(f"-s {(submitter.cluster.home.savepoints / 'savepoint-0').as_uri()} ", "") == first


def test_what_an_upgrade_changes_is_named(submitter: Submitter) -> None:
    submit("-p", "2", "--set", "KAFKA_DELIVERY=exactly-once", "-D", "pipeline.object-reuse=true")
    printed = headrace(
        "upgrade",
        "realtime",
        "-p",
        "3",
        "--set",
        "KAFKA_DELIVERY=at-least-once",
        "-D",
        "table.exec.state.ttl=1 d",
    )
    assert printed.splitlines()[:3] == [
        "parallelism 2 → 3",
        "KAFKA_DELIVERY exactly-once → at-least-once",
        "-D table.exec.state.ttl none → 1 d",
    ]
    assert told(submitter, "1").startswith("-p 3 -Dpipeline.object-reuse=true -Dtable.exec.state.ttl=1 d ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["--set", "KAFKA_TOPIC_PREFIX=x3."], "topic x2.transactions_raw → x3.transactions_raw"),
        (["--set", "KAFKA_TOPIC_PREFIX=x3."], "output predictions: topic x2.predictions → x3.predictions"),
        (["--set", "KAFKA_BOOTSTRAP_SERVERS=other:9092"], "bootstrap.servers 127.0.0.1:9092 → other:9092"),
        (["--environment", "live"], "source transactions_raw: connector kafka → filesystem"),
    ],
)
def test_tables_that_the_savepoint_does_not_know_are_refused(
    submitter: Submitter, change: list[str], sentence: str
) -> None:
    submit("--set", "KAFKA_TOPIC_PREFIX=x2.")
    error = refused("upgrade", "realtime", *change)
    assert sentence in str(error)
    assert "read from its start and doubles" in str(error)
    assert "--allow-moved-tables" in error.hint
    assert [job["jid"] for job in submitter.cluster.monitor.running()] == ["0"]


def test_tables_may_be_moved_by_who_asks_for_it(submitter: Submitter) -> None:
    submit("--set", "KAFKA_TOPIC_PREFIX=x2.")
    printed = headrace("upgrade", "realtime", "--set", "KAFKA_TOPIC_PREFIX=x3.", "--allow-moved-tables")
    assert "KAFKA_TOPIC_PREFIX x2. → x3." in printed
    assert "--set KAFKA_TOPIC_PREFIX=x3." in told(submitter, "1")


def test_a_variable_of_another_shell_does_not_move_a_job(
    submitter: Submitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "x2.")
    submit()
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "x3.")
    printed = headrace("upgrade", "realtime")
    assert "KAFKA_TOPIC_PREFIX of this shell is left out" in printed
    assert "--set KAFKA_TOPIC_PREFIX=x2." in told(submitter, "1")


def test_a_submission_of_an_earlier_version_is_compared_by_the_connectors_of_this_checkout(
    submitter: Submitter,
) -> None:
    submit("-p", "2", "--set", "KAFKA_TOPIC_PREFIX=x2.")
    (file,) = (submitter.cluster.folder / "jobs").glob("*.json")
    earlier = {
        name: value
        for name, value in json.loads(file.read_text()).items()
        if name not in {"places", "variables"}
    }
    file.write_text(json.dumps(earlier))
    assert "x2.predictions → x3.predictions" in str(
        refused("upgrade", "realtime", "--set", "KAFKA_TOPIC_PREFIX=x3.")
    )
    headrace("upgrade", "realtime")
    assert told(submitter, "1").startswith("-p 2 ")


def test_going_on_from_a_savepoint_of_the_job_elsewhere_is_refused(submitter: Submitter) -> None:
    submit("--set", "KAFKA_TOPIC_PREFIX=x2.")
    savepoint = submitter.stop("realtime").savepoint
    arguments = ("submit", "realtime", "--model", os.environ["MODEL"], "--from", savepoint)
    assert "x2.predictions → fraud.predictions" in str(refused(*arguments))
    headrace(*arguments, "--set", "KAFKA_TOPIC_PREFIX=x2.")


def test_the_hint_of_missing_topics_creates_those_that_were_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "x2.")
    commands: list[str] = []
    monkeypatch.setattr("headrace.cli.submission.require_services_of", lambda _, said: commands.append(said))
    submit("--set", "KAFKA_DELIVERY=at-least-once")
    [command] = commands
    assert command.startswith("headrace topics fraud --create --environment kafka --set ")
    assert "--set KAFKA_TOPIC_PREFIX=x2." in command


def test_a_secret_is_in_no_command_file_or_line(
    submitter: Submitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.cluster.places._VARIABLE", re.compile("(KAFKA_DELIVERY)"))
    monkeypatch.setattr("headrace.runtime.secrecy._NAME", re.compile("DELIVERY"))
    printed = submit("--set", "KAFKA_DELIVERY=hidden-one")
    assert 'KAFKA_DELIVERY="$KAFKA_DELIVERY"' in printed
    written = [path.read_text() for path in submitter.cluster.folder.rglob("*") if path.is_file()]
    assert all("hidden-one" not in text for text in [printed, *written])
    assert os.environ["KAFKA_DELIVERY"] == "hidden-one"


def test_a_secret_among_flink_s_options_is_refused_and_not_repeated() -> None:
    error = refused("submit", "ingest", "-D", "s3.secret-key=hidden-one")
    assert str(error).startswith("-D s3.secret-key would stand in the list of processes")
    assert "hidden-one" not in f"{error} {error.hint}"
