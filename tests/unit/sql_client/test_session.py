"""A session at the SQL gateway, played by a server that answers as the real one was seen to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cluster.ports import free_ports
from headrace.errors import HeadraceError
from headrace.sql_client.session import GatewaySession, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE = (
    "<Exception on server side:\norg.apache.flink.table.gateway.api.SqlGatewayException: failed\n"
    "\tat org.example.First\nCaused by: org.apache.flink.table.api.ValidationException: SQL validation failed.\n"
    "\tat org.example.Second\nCaused by: Object 'nowhere' not found\n\tat org.example.Third\nEnd of exception>"
)


class Gateway(BaseHTTPRequestHandler):
    """Every statement is done at the second look; one that says ``nowhere`` fails."""

    statements: list[str]
    looks: int

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v3/sessions":
            self._answer(200, {"sessionHandle": "s1"})
        else:
            type(self).statements.append(body["statement"])
            type(self).looks = 0
            self._answer(200, {"operationHandle": "o1"})

    def do_DELETE(self) -> None:
        type(self).statements.append(f"DELETE {self.path}")
        self._answer(200, {"status": "CLOSED"})

    def do_GET(self) -> None:
        failed = "nowhere" in self.statements[-1]
        if self.path.endswith("/result/0"):
            self._answer(500 if failed else 200, {"errors": ["Internal server error.", TRACE]})
            return
        type(self).looks += 1
        ended = "ERROR" if failed else "FINISHED"
        self._answer(200, {"status": ended if self.looks > 1 else "RUNNING"})

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def gateway() -> Iterator[str]:
    Gateway.statements, Gateway.looks = [], 0
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_statements_are_run_in_order_each_to_its_end(gateway: str) -> None:
    session = open_session(gateway, ["SET 'a' = 'b'", "USE here"])
    assert session == GatewaySession(gateway, "s1")
    assert session.url == f"{gateway}/v3/sessions/s1"
    assert Gateway.statements == ["SET 'a' = 'b'", "USE here"]


def test_a_statement_that_fails_says_the_innermost_cause(gateway: str) -> None:
    with pytest.raises(HeadraceError, match=r"^the SQL gateway refuses: Object 'nowhere' not found$"):
        GatewaySession(gateway, "s1").run("SELECT * FROM nowhere")


def test_no_gateway_is_said_with_what_to_do() -> None:
    with pytest.raises(HeadraceError, match=r"no SQL gateway answers at .*\nheadrace cluster up"):
        open_session(f"http://127.0.0.1:{free_ports(1)[0]}", [])


def test_a_session_can_be_ended(gateway: str) -> None:
    GatewaySession(gateway, "s1").close()
    assert Gateway.statements == ["DELETE /v3/sessions/s1"]
