"""Folders and values with spaces, umlauts, quotes and percent signs: what they name is what is written."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cluster.local import LocalCluster
from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.registry.entry import entry_of
from headrace.registry.location import location_of
from headrace.registry.mlflow_registry import MlflowRegistry
from headrace.runtime.configuration import add_jar
from headrace.runtime.execution import execution
from headrace.runtime.folders import flink_path, folder_of, local_path
from headrace.runtime.outputs import newest_checkpoint
from headrace.runtime.resolve import Step
from headrace.runtime.rest import free_port
from headrace.runtime.run import make_importable
from headrace.runtime.statement import Statement
from headrace.tables.contract import Column, Table
from headrace.tables.database import open_tables
from tests.flink.dead_letters.raw_log import payment, write_rows
from tests.local_tables import ROOT, read_lines
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.cli.conftest import Said

NAME = "dä ü 'b\" 100% %41 [1] #1? *"
BINDING = "CREATE TABLE sales WITH ('path' = '${HEADRACE_DATA}/sales', 'n' = '${N:-1}') LIKE contracts.sales"


def bound(**values: str) -> Statement:
    return Statement("sales", Path("sales.sql"), BINDING).bound(values)


def test_an_apostrophe_stays_within_the_literal() -> None:
    text = bound(HEADRACE_DATA="/it's', 'connector' = 'x").text
    assert "'path' = '/it''s'', ''connector'' = ''x/sales'" in text


def test_a_value_with_control_characters_is_refused_and_not_shown() -> None:
    for value in ("/a\nb", "/a\x00b", "/a\x1bb", "/a\udcffb"):
        with pytest.raises(
            HeadraceError, match=r"sales.sql:1: the value of \$\{HEADRACE_DATA\} can not"
        ) as raised:
            bound(HEADRACE_DATA=value)
        assert value not in str(raised.value)


def test_without_quotes_around_it_only_a_number_or_a_name_stands() -> None:
    statement = Statement("t", Path("t.sql"), "CREATE TABLE t (a DECIMAL(${DIGITS}, 2)) -- ${DIGITS} it's")
    assert "DECIMAL(10, 2)" in statement.bound({"DIGITS": "10"}).text
    with pytest.raises(HeadraceError, match="expected a number or a name"):
        statement.bound({"DIGITS": "10); DROP TABLE t; --"})


def test_the_folder_of_a_table_is_the_one_that_was_named(tmp_path: Path) -> None:
    data = tmp_path / NAME
    assert folder_of(Step(bound(HEADRACE_DATA=str(data)))) == data / "sales"
    assert folder_of(Step(bound(HEADRACE_DATA=flink_path(data)))) == data / "sales"
    assert folder_of(Step(bound(HEADRACE_DATA="s3://bucket/it's"))) is None


def test_a_path_comes_back_from_flink_as_it_went_there(tmp_path: Path) -> None:
    place = flink_path(tmp_path / NAME)
    assert NAME in place
    assert local_path(place) == local_path(place.replace("file://", "file:")) == tmp_path / NAME


def test_a_jar_is_quoted() -> None:
    assert add_jar(Path("/it's/a.jar")) == "ADD JAR '/it''s/a.jar'"


def test_tables_are_read_where_a_name_looks_like_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / NAME / "sales"
    folder.mkdir(parents=True)
    (folder / "part-[0]*.jsonl").write_text(json.dumps({"id": 7}), encoding="utf-8")
    connection = open_tables([Table("sales", (Column("id", "BIGINT"),))], tmp_path / NAME)
    assert connection.execute("FROM sales").fetchall() == [(7,)]


def test_versions_are_logged_in_the_folder_that_was_named(tmp_path: Path, artifact: Path) -> None:
    data = tmp_path / "beside" / NAME
    registry = MlflowRegistry(location_of(None, data))
    registered = registry.register(entry_of(load_artifact(artifact), "people", None))
    fetched = registry.download(f"models:/people/{registered.number}", tmp_path)
    assert load_artifact(fetched).manifest == load_artifact(artifact).manifest
    assert [path.name for path in data.iterdir()] == ["mlflow"]
    assert [path.name for path in data.parent.iterdir()] == [NAME]


@pytest.mark.parametrize("name", ["it's", "back\\slash", "two\nlines"])
def test_functions_run_in_workers_where_the_interpreter_in_the_jvm_would_take_a_path_for_code(
    tmp_path: Path, name: str
) -> None:
    found = execution("thread", [], paths=[str(tmp_path / name)])
    assert found.mode == "process"
    assert repr(str(tmp_path / name)) in found.reason
    assert execution("thread", [], paths=[str(tmp_path / 'dä ü "b" 100% #1')]).mode == "thread"


def test_a_suite_under_a_path_with_a_colon_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="which separates paths in PYTHONPATH"):
        make_importable(tmp_path / "a:b")


EVENTS = 10
NOT_JSON = b"{"


def drop(data: Path, first: int) -> None:
    """Ten payments and a line that is none, under a name that is as hard."""
    numbers = range(first, first + EVENTS)
    payments = [payment(number, f"2018-04-10T10:00:{number:02}", 7, 10) for number in numbers]
    (data / "inbox").mkdir(parents=True, exist_ok=True)
    (data / "inbox" / f"{first} {NAME}").write_bytes(b"\n".join([*payments, NOT_JSON, b""]))


@contextmanager
def live_run(data: Path, artifact: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """``headrace run realtime --live`` in a process group of its own, as a shell starts it."""
    command = [sys.executable, "-m", "headrace", "run", "realtime", "--live", "--model", str(artifact)]
    options = ("--data", str(data), "--settle", "100ms", "--ui-port", str(free_port()), *options)
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, env=shell(), start_new_session=True, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def scored(data: Path) -> list[int]:
    return sorted(row["transaction_id"] for row in read_lines(data / "predictions"))


def stop(process: subprocess.Popen[str], data: Path, events: int, number: signal.Signals) -> str:
    """Stop a run by a signal when so many events are scored; returns what it said."""
    while len(scored(data)) < events and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(number)
    _, said = process.communicate()
    assert process.returncode == 128 + number, said
    assert "Traceback" not in said
    assert "--resume goes on where it stopped" in said
    return said


@pytest.mark.flink
def test_a_live_run_is_stopped_resumed_and_read_in_the_folder_that_was_named(
    headrace: Callable[..., Said], tmp_path: Path, artifact: Path
) -> None:
    data = tmp_path / "beside" / NAME
    (data / "labels").mkdir(parents=True)
    past = json.loads(payment(99, "2018-04-09T10:00:00", 7, 10))
    origin = {"arrived_at": "2018-04-09T10:00:00Z", "source": "history", "source_offset": 0}
    write_rows(data, "transactions_history", [{**past, **origin}])
    drop(data, 0)
    with live_run(data, artifact) as process:
        assert f"into {data.resolve() / 'inbox'}" in stop(process, data, EVENTS, signal.SIGINT)
    assert newest_checkpoint(data / "checkpoints" / "realtime") is not None
    drop(data, EVENTS)
    with live_run(data, artifact, "--resume") as process:
        stop(process, data, 2 * EVENTS, signal.SIGTERM)
    assert scored(data) == list(range(2 * EVENTS))

    def answer(*command: object) -> Any:
        said = headrace(*command, "--data", data, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)

    assert answer("query", "SELECT count(DISTINCT transaction_id) AS n FROM predictions") == [
        {"n": 2 * EVENTS}
    ]
    assert [row["payload"] for row in answer("dlq", "show")] == [NOT_JSON.decode()] * 2
    answer("dlq", "summary")
    answer("deployments")
    answer("score", "transaction_features", "--model", artifact, "--run", "again")
    assert [path.name for path in data.parent.iterdir()] == [NAME]
    assert not list(tmp_path.rglob("*%20*"))


def test_a_cluster_in_a_folder_that_flinks_scripts_would_take_apart_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "dä ü"
    with pytest.raises(
        HeadraceError, match="can not start a cluster in a folder with ' ', 'ä', 'ü' in its path"
    ):
        LocalCluster(folder, ROOT).up({})
    assert not folder.exists()
