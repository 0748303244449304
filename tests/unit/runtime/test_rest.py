from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.rest import FIRST_PORT, LAST_PORT, JobMonitor, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = "/jobs/j1"
CUT_OFF = b'{"vertices": ['
METRICS = f"{JOB}/vertices/v1/subtasks/metrics"


class Cluster:
    """Answers like Flink's REST interface what it was told to; the answers of a path are used up but for the last."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.answers: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.monitor = JobMonitor(f"http://127.0.0.1:{server.server_address[1]}", "j1")

    def reply(self, path: str, body: Any) -> Any:
        self.asked.append((path, body))
        answers = self.answers.get(path, [])
        return answers.pop(0) if len(answers) > 1 else next(iter(answers), None)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            answer = made.reply(unquote(self.path), body)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Length", str(len(content) + (answer == CUT_OFF)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _reply  # noqa: N815 -- as http.server wants them

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Cluster(server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def taken_port() -> socket.socket:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken


def test_a_free_port_that_was_asked_for_is_given() -> None:
    with taken_port() as taken:
        port = int(taken.getsockname()[1])
    assert free_port(port) == port


def test_a_taken_port_that_was_asked_for_is_refused_with_what_to_do() -> None:
    with taken_port() as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(HeadraceError, match=rf"port {port} is taken on this machine") as raised:
            free_port(port)
    assert "--ui-port" in raised.value.hint


def test_without_a_wish_taken_ports_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken_port() as taken:
        port = int(taken.getsockname()[1])
        monkeypatch.setattr("headrace.runtime.rest.FIRST_PORT", port)
        monkeypatch.setattr("headrace.runtime.rest.LAST_PORT", port + 50)
        assert port < free_port() <= port + 50


def test_a_machine_without_free_port_is_refused_with_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.runtime.rest.is_free", lambda *_: False)
    with pytest.raises(HeadraceError, match=f"ports {FIRST_PORT} to {LAST_PORT} are taken"):
        free_port()


def test_rows_are_what_sources_read_and_sinks_wrote(cluster: Cluster) -> None:
    names = {
        "Source__visits[1].numRecordsOut": 12.0,
        "Source__visits[1].numRecordsIn": 99.0,
        "Source__visits[1].numRecordsOutPerSecond": 3.0,
        "Calc[2].numRecordsIn": 99.0,
        "sales[9]__Writer.numRecordsIn": 7.0,
        "sales[9]__Writer.numRecordsOut": 99.0,
        "sales[9]__Committer.numRecordsIn": 99.0,
        "numRecordsIn": 99.0,
        "buffers.inPoolUsage": 99.0,
    }
    wanted = ["Source__visits[1].numRecordsOut", "sales[9]__Writer.numRecordsIn"]
    cluster.answers = {
        JOB: [{"vertices": [{"id": "v1"}]}],
        METRICS: [[{"id": name} for name in names]],
        f"{METRICS}?get={','.join(wanted)}&agg=sum": [[{"id": name, "sum": names[name]} for name in wanted]],
    }
    assert cluster.monitor.rows() == {"visits": 12, "sales": 7}


def test_rows_are_found_by_the_names_that_operators_are_given(cluster: Cluster) -> None:
    names = {
        "Source__visits.numRecordsOut": 12.0,
        "visits__Calc.numRecordsOut": 99.0,
        "visits_known_2.numRecordsIn": 99.0,
        "sales__Writer.numRecordsIn": 7.0,
        "sales__end__Writer.numRecordsIn": 99.0,
        "NOT_NULL.numRecordsIn": 99.0,
    }
    wanted = ["Source__visits.numRecordsOut", "sales__Writer.numRecordsIn"]
    cluster.answers = {
        JOB: [{"vertices": [{"id": "v1"}]}],
        METRICS: [[{"id": name} for name in names]],
        f"{METRICS}?get={','.join(wanted)}&agg=sum": [[{"id": name, "sum": names[name]} for name in wanted]],
    }
    assert cluster.monitor.rows() == {"visits": 12, "sales": 7}


def test_an_operator_that_counts_no_rows_of_a_table_is_not_asked(cluster: Cluster) -> None:
    cluster.answers = {JOB: [{"vertices": [{"id": "v1"}]}], METRICS: [[{"id": "Calc[2].numRecordsIn"}]]}
    assert cluster.monitor.rows() == {}
    assert [path for path, _ in cluster.asked] == [JOB, METRICS]


@pytest.mark.parametrize("answer", [None, b"not json", CUT_OFF])
def test_a_cluster_that_does_not_answer_yet_has_no_rows(cluster: Cluster, answer: bytes | None) -> None:
    cluster.answers = {JOB: [answer]}
    assert cluster.monitor.rows() == {}


def test_a_cluster_that_is_gone_has_no_rows() -> None:
    with taken_port() as taken:
        port = taken.getsockname()[1]
    assert JobMonitor(f"http://127.0.0.1:{port}", "j1").rows() == {}


def vertex(status: str, read: int, written: int) -> dict[str, Any]:
    return {"id": "v1", "status": status, "metrics": {"read-records": read, "write-records": written}}


def test_rows_moved_are_those_read_and_written_by_each_operator_once_all_of_them_run(
    cluster: Cluster,
) -> None:
    cluster.answers = {
        JOB: [
            {"vertices": [vertex("RUNNING", 0, 5), vertex("INITIALIZING", 0, 0)]},
            {"vertices": [vertex("FINISHED", 0, 5), vertex("RUNNING", 4, 1)]},
        ]
    }
    assert cluster.monitor.rows_moved() == ()
    assert cluster.monitor.rows_moved() == (0, 5, 4, 1)


def test_stopping_asks_for_a_savepoint_in_the_folder_and_waits_for_its_path(cluster: Cluster) -> None:
    done = {"status": {"id": "COMPLETED"}, "operation": {"location": "file:/s/savepoint-1"}}
    cluster.answers = {
        f"{JOB}/stop": [{"request-id": "r1"}],
        f"{JOB}/savepoints/r1": [{"status": {"id": "IN_PROGRESS"}, "operation": None}, done],
    }
    assert cluster.monitor.stop_with_savepoint("file:///s") == "file:/s/savepoint-1"
    assert cluster.asked[0] == (f"{JOB}/stop", {"targetDirectory": "file:///s", "drain": False})


def test_a_failed_savepoint_is_an_error_that_says_why(cluster: Cluster) -> None:
    cause = {"class": "java.io.IOException", "stack-trace": "java.io.IOException: disk full\n\tat a.b"}
    cluster.answers = {
        f"{JOB}/stop": [{"request-id": "r1"}],
        f"{JOB}/savepoints/r1": [{"operation": {"failure-cause": cause}}],
    }
    with pytest.raises(HeadraceError, match=r"the savepoint failed: java\.io\.IOException"):
        cluster.monitor.stop_with_savepoint("file:///s")


def test_a_job_that_does_not_stop_in_time_is_an_error(cluster: Cluster) -> None:
    cluster.answers = {f"{JOB}/stop": [{"request-id": "r1"}], f"{JOB}/savepoints/r1": [{"operation": None}]}
    with pytest.raises(HeadraceError, match="did not stop with a savepoint"):
        cluster.monitor.stop_with_savepoint("file:///s", patience=0.01)


def test_a_job_that_can_not_be_asked_to_stop_is_an_error(cluster: Cluster) -> None:
    with pytest.raises(HeadraceError, match="did not stop with a savepoint"):
        cluster.monitor.stop_with_savepoint("file:///s", patience=0.01)
