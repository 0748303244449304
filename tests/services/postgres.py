"""A Postgres server."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import psycopg

from headrace.cluster.ports import free_ports, wait_until
from headrace.connectors.manifest import read_manifest
from headrace.connectors.store import JarStore
from tests.services.docker import answers, container

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE = "postgres:17"
USER = DATABASE = "headrace"
PASSWORD = "only-the-driver-reads-this"  # noqa: S105 -- of a server that lives for some tests
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Postgres:
    """Where a server is.

    Args:
        host: of it.
        port: of it.
    """

    host: str
    port: int

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{self.host}:{self.port}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a query; none for a statement that gives none."""
        place = {"host": self.host, "port": self.port, "user": USER, "dbname": DATABASE, "password": PASSWORD}
        with psycopg.connect(**place, connect_timeout=5) as connection:  # type: ignore[arg-type]  # not a mapping of one type
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def wait(self) -> None:
        """Until it answers a query."""
        wait_until(self._answers, PATIENCE_SECONDS, "Postgres does not answer")

    def _answers(self) -> bool:
        try:
            return self.query("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False


@contextmanager
def postgres(root: Path) -> Iterator[Postgres]:
    """A server with an empty database.

    Args:
        root: the suite, whose manifest pins the programs.
    """
    with _in_docker() if answers() else _on_this_machine(root) as server:
        server.wait()
        yield server


@contextmanager
def _in_docker() -> Iterator[Postgres]:
    settings = {"POSTGRES_USER": USER, "POSTGRES_DB": DATABASE, "POSTGRES_PASSWORD": PASSWORD}
    with container(IMAGE, 5432, settings) as (host, port):
        yield Postgres(host, port)


@contextmanager
def _on_this_machine(root: Path) -> Iterator[Postgres]:
    """Outside of pytest's folders: Postgres refuses to run as root, and nobody else may look into those."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        with _running(folder, _unpacked(root, folder)) as server:
            yield server
    finally:
        shutil.rmtree(folder)


def _unpacked(root: Path, folder: Path) -> Path:
    (jar,) = JarStore().fetch_all(read_manifest(root)["postgres"].jars)
    with ZipFile(jar) as archive:
        (packed,) = (name for name in archive.namelist() if name.endswith(".txz"))
        with tarfile.open(fileobj=io.BytesIO(archive.read(packed)), mode="r:xz") as programs:
            programs.extractall(folder / "programs")  # noqa: S202 -- its SHA-256 is pinned
    return folder / "programs" / "bin"


@contextmanager
def _running(folder: Path, programs: Path) -> Iterator[Postgres]:
    data, password, port = folder / "data", folder / "password", free_ports(1)[0]
    password.write_text(PASSWORD)
    data.mkdir()
    somebody = _somebody_else(folder)
    told = ["-D", str(data), "-U", USER, "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"]
    subprocess.run([str(programs / "initdb"), *told], check=True, capture_output=True, cwd=folder, **somebody)
    listens = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", str(folder), "-F"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *listens],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            **somebody,
        )
    try:
        made = Postgres("127.0.0.1", port)
        _create_database(made)
        yield made
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def _create_database(server: Postgres) -> None:
    place = {"host": server.host, "port": server.port, "user": USER, "password": PASSWORD}

    def _created() -> bool:
        try:
            with psycopg.connect(**place, dbname="postgres", autocommit=True) as connection:  # type: ignore[arg-type]  # as above
                connection.execute(f"CREATE DATABASE {DATABASE}".encode())
        except psycopg.OperationalError:
            return False
        return True

    wait_until(_created, PATIENCE_SECONDS, "Postgres does not come up")


def _somebody_else(folder: Path) -> dict[str, Any]:
    """Whom to run as: nobody, when this is root."""
    if os.geteuid() != 0:
        return {}
    folder.chmod(0o755)
    for path in [folder, *folder.rglob("*")]:
        shutil.chown(path, "nobody")
    return {"user": "nobody"}
