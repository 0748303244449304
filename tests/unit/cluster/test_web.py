from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from headrace.cluster import web
from headrace.cluster.web import ClusterMonitor
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Jobs(BaseHTTPRequestHandler):
    """Ends a job some questions after it was asked to."""

    states: list[str]
    cancelled: bool

    def do_PATCH(self) -> None:
        type(self).cancelled = True
        self._answer({})

    def do_GET(self) -> None:
        self._answer({"state": self.states.pop(0) if len(self.states) > 1 else self.states[0]})

    def log_message(self, *words: object) -> None:
        """Silent."""

    def _answer(self, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(202)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def monitor() -> Iterator[ClusterMonitor]:
    server = HTTPServer(("127.0.0.1", 0), Jobs)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield ClusterMonitor(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def test_cancel_comes_back_when_the_job_has_ended(monitor: ClusterMonitor) -> None:
    """Found by the chaos run: the version before was refused as running already, and nothing ran any more."""
    Jobs.states, Jobs.cancelled = ["RUNNING", "CANCELLING", "CANCELLING", "CANCELED"], False
    monitor.cancel("1")
    assert Jobs.cancelled
    assert Jobs.states == ["CANCELED"]


def test_a_job_that_does_not_end_is_an_error(
    monitor: ClusterMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PATIENCE_SECONDS", 0.1)
    Jobs.states = ["CANCELLING"]
    with pytest.raises(HeadraceError, match="job 1 did not end"):
        monitor.cancel("1")


def test_a_job_that_nobody_knows_has_ended() -> None:
    ClusterMonitor("http://127.0.0.1:9").cancel("1")
