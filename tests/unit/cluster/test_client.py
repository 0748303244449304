from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.cluster.client import FlinkClient
from headrace.errors import HeadraceError
from tests.unit.cluster.programs import scripted

if TYPE_CHECKING:
    from pathlib import Path

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
    assert asked.home.savepoints.as_uri() in (tmp_path / "said").read_text()
    asked.home.configure({"execution.checkpointing.savepoint-dir": "s3://bucket/savepoints"})
    asked.stop(JOB)
    assert "--savepointPath s3://bucket/savepoints" in (tmp_path / "said").read_text()


def test_draining_is_asked_for(tmp_path: Path) -> None:
    client(tmp_path, STOP).stop(JOB, drain=True)
    assert "--drain" in (tmp_path / "said").read_text()


def test_a_failure_ends_with_what_flink_printed(tmp_path: Path) -> None:
    failing = client(tmp_path, "echo out; echo err >&2; exit 31")
    with pytest.raises(HeadraceError, match=r"flink stop ended with exit code 31:\nout\n+err"):
        failing.stop(JOB)


def test_an_answer_without_an_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"did not print .*JobID"):
        client(tmp_path, "echo hello").run("score")


def test_the_trace_after_a_job_s_own_sentence_is_left_out(tmp_path: Path) -> None:
    abort = "org.apache.flink.client.program.ProgramAbortException: Python process exits with code: 1"
    failing = client(tmp_path, f"printf 'error: no model\n\n{abort}\n  at Main\n'; exit 31")
    with pytest.raises(HeadraceError, match=r"^flink run ended with exit code 31:\nerror: no model$"):
        failing.run("score")
