from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headrace.cluster.client import FlinkClient
from headrace.errors import HeadraceError
from headrace.runtime.folders import flink_path
from tests.unit.cluster.programs import scripted

JOB = "0123456789abcdef0123456789abcdef"
RUN = f'echo "$@" > "$FLINK_CONF_DIR/../said"; echo "Job has been submitted with JobID {JOB}"'
STOP = 'echo "$@" > "$FLINK_CONF_DIR/../said"; echo "Savepoint completed. Path: file:/s/savepoint-1"'


def client(folder: Path, script: str) -> FlinkClient:
    home = scripted(folder, script)
    home.conf.mkdir()
    return FlinkClient(home, folder / "suite.zip")


def test_flinks_options_go_before_the_jobs_own(tmp_path: Path) -> None:
    assert client(tmp_path, RUN).run("score", "--model", "m", options=["-p", "2"]) == JOB
    said = (tmp_path / "said").read_text().split()
    assert said[:6] == ["run", "-d", "-p", "2", "-pym", "jobs.score"]
    assert said[-4:] == ["-pyfs", str(tmp_path / "suite.zip"), "--model", "m"]


def test_stopping_gives_the_savepoint(tmp_path: Path) -> None:
    assert client(tmp_path, STOP).stop(JOB) == "file:/s/savepoint-1"
    assert (tmp_path / "said").read_text().split()[-1] == JOB
    assert "--drain" not in (tmp_path / "said").read_text()


def test_savepoints_go_where_the_cluster_was_told(tmp_path: Path) -> None:
    asked = client(tmp_path, STOP)
    asked.stop(JOB)
    assert flink_path(asked.home.savepoints) in (tmp_path / "said").read_text()
    asked.home.configure({"execution.checkpointing.savepoint-dir": "s3://bucket/savepoints"})
    asked.stop(JOB)
    assert "--savepointPath s3://bucket/savepoints" in (tmp_path / "said").read_text()


def test_draining_is_asked_for(tmp_path: Path) -> None:
    client(tmp_path, STOP).stop(JOB, drain=True)
    assert "--drain" in (tmp_path / "said").read_text()


CAUSED = """
The program finished with the following exception:
org.apache.flink.util.FlinkException: Could not stop with a savepoint job "0123".
\tat org.apache.flink.client.cli.CliFrontend.stop(CliFrontend.java:544)
Caused by: java.util.concurrent.ExecutionException: wrapped
\tat java.base/java.util.concurrent.CompletableFuture.get(Unknown Source)
Caused by: org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint Coordinator is suspending.
\t... 12 more
"""


def test_a_failure_is_one_sentence_with_the_innermost_cause_and_where_the_rest_is(tmp_path: Path) -> None:
    (tmp_path / "printed").write_text(CAUSED)
    failing = client(tmp_path, f"cat {tmp_path / 'printed'} >&2; exit 1")
    with pytest.raises(HeadraceError) as raised:
        failing.stop(JOB)
    sentence, _, log = str(raised.value).partition("; all it printed: ")
    assert sentence == "flink stop failed: CheckpointException: Checkpoint Coordinator is suspending."
    assert Path(log).read_text().strip() == CAUSED.strip()
    assert Path(log).stat().st_mode & 0o077 == 0
    assert "CliFrontend" in str(raised.value.__cause__)


def test_a_failure_without_a_word_is_said(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="flink stop failed: it said nothing; all it printed: "):
        client(tmp_path, "exit 1").stop(JOB)


def test_a_client_that_does_not_end_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.cluster.client.PATIENCE_SECONDS", 0.2)
    with pytest.raises(HeadraceError, match="flink stop failed: no end in 0 s; all it printed: "):
        client(tmp_path, "exec sleep 60").stop(JOB)


def test_variables_that_are_kept_from_flink_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "other.")
    asked = client(tmp_path, f'echo "[$KAFKA_TOPIC_PREFIX]" > "$FLINK_CONF_DIR/../seen"; {RUN}')
    replace(asked, without=("KAFKA_TOPIC_PREFIX",)).run("score")
    assert (tmp_path / "seen").read_text() == "[]\n"


def test_an_answer_without_an_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"did not print .*JobID"):
        client(tmp_path, "echo hello").run("score")


def test_a_job_s_own_sentence_is_what_is_said(tmp_path: Path) -> None:
    abort = "org.apache.flink.client.program.ProgramAbortException: Python process exits with code: 1"
    failing = client(tmp_path, f"printf 'error: no model\n\n{abort}\n  at Main\n'; exit 31")
    with pytest.raises(HeadraceError, match=r"^flink run failed: no model; all it printed: "):
        failing.run("score")
