from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.ports import free_ports
from headrace.connectors.registry import require_registries_of
from headrace.errors import HeadraceError
from headrace.runtime.resolve import Step
from headrace.runtime.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator


def steps(address: str, form: str = "avro-confluent") -> list[Step]:
    text = f"CREATE TABLE a WITH ('connector' = 'kafka',\n  'value.{form}.url' = '{address}') LIKE c.a"
    return [Step(Statement("a", Path("a.sql"), text)), Step(Statement("b", Path("b.sql"), "CREATE TABLE b"))]


@contextmanager
def registry(status: int) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/subjects" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_registry_that_answers_is_well_also_when_it_wants_a_login(status: int) -> None:
    with registry(status) as address:
        require_registries_of(steps(address + "/"))


def test_something_else_that_answers_is_said() -> None:
    with (
        registry(404) as address,
        pytest.raises(HeadraceError, match="is no schema registry: it answers 404"),
    ):
        require_registries_of(steps(address))


@pytest.mark.parametrize("form", ["avro-confluent", "headrace-protobuf"])
def test_nobody_who_answers_is_said(form: str) -> None:
    address = f"http://127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(HeadraceError, match=f"no schema registry answers at {address}\nLook at SCHEMA_REG"):
        require_registries_of(steps(address, form))


@pytest.mark.parametrize("address", ["1", "registry:8081", "ftp://registry", "http://", ""])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(HeadraceError, match="SCHEMA_REGISTRY_URL: expected http://host:port, got"):
        require_registries_of(steps(address))


def test_a_login_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(HeadraceError, match="SCHEMA_REGISTRY_URL has a login in it") as raised:
        require_registries_of(steps("http://me:secret@registry"))
    assert "secret" not in str(raised.value)


def test_tables_without_a_registry_ask_nobody() -> None:
    require_registries_of(steps("http://nowhere")[1:])
