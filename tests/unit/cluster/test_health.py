"""What counts as an answer of a program."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from headrace.cluster.health import Health, last_exception
from headrace.cluster.layout import Layout
from headrace.cluster.programs import JOB_MANAGER, SQL_GATEWAY, TASK_MANAGER, ZOOKEEPER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = psutil.Process()
LAYOUT = Layout(web_ui=1, kafka=2, controller=3, zookeeper=4, sql_gateway=5)


class Rest(BaseHTTPRequestHandler):
    """Answers as a job manager, and as a gateway."""

    answers: dict[str, Any]

    def do_GET(self) -> None:
        self.send_response(200 if self.path in self.answers else 404)
        self.end_headers()
        self.wfile.write(json.dumps(self.answers.get(self.path, {})).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Rest)
    Rest.answers = {"/overview": {"slots-total": 0}, "/info": {"productName": "Apache Flink"}}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_answers_as_its_kind_does_is_running(port: int) -> None:
    health = Health(Layout(port, 2, 3, 4, port))
    assert health.state(JOB_MANAGER, HERE) == health.state(SQL_GATEWAY, HERE) == "running"


def test_another_process_that_answers_there_is_not_the_program(port: int) -> None:
    parent = HERE.parent()
    health = Health(Layout(port, 2, 3, 4, port))
    assert health.state(JOB_MANAGER, parent) == "not answering"
    assert health.in_the_way(JOB_MANAGER, parent).endswith(f", process {HERE.pid}")
    assert health.in_the_way(JOB_MANAGER, HERE) == ""


def test_a_task_manager_runs_when_the_job_manager_counts_it(port: int) -> None:
    health = Health(Layout(port, 2, 3, 4, 5))
    assert health.state(f"{TASK_MANAGER}1", HERE) == "not answering"
    Rest.answers["/taskmanagers"] = {"taskmanagers": [{"dataPort": 1}, {"dataPort": port}]}
    assert health.state(f"{TASK_MANAGER}1", HERE) == "running"


def test_zookeeper_is_asked_for_its_version_and_a_taken_connection_is_no_answer(port: int) -> None:
    with socket.socket() as silent, pytest.MonkeyPatch.context() as patch:
        patch.setattr("headrace.cluster.health.PATIENCE_SECONDS", 0.2)
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        quiet = silent.getsockname()[1]
        assert Health(Layout(1, 2, 3, quiet, 5)).state(ZOOKEEPER, HERE) == "not answering"
        assert Health(Layout(1, 2, 3, port, 5)).state(ZOOKEEPER, HERE) == "not answering"


def test_a_program_that_is_not_there_is_stopped_and_one_that_nobody_can_ask_runs() -> None:
    assert Health(LAYOUT).state("keeper", None) == "stopped"
    assert Health(LAYOUT).state("keeper", HERE) == "running"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("", ""),
        ("all is well\n", ""),
        (
            "a.b.OuterException: No start\n\tat a.b\nCaused by: java.net.BindException: Address already in use\n",
            "BindException: Address already in use",
        ),
        (
            "[2026-11-26 21:00:00] ERROR Exiting org.apache.kafka.common.KafkaException: Socket server failed\n",
            "KafkaException: Socket server failed",
        ),
    ],
)
def test_the_innermost_exception_of_a_log_is_found(printed: str, said: str, tmp_path: Path) -> None:
    assert last_exception(tmp_path / "none.out") == ""
    (tmp_path / "log.out").write_text(printed)
    assert last_exception(tmp_path / "log.out") == said
