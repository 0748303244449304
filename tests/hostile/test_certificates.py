"""A cluster that asks for certificates, made as the page says: who has none gets nowhere, the commands have one."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from headrace.cluster.certificates import PASSWORD, SECRET, Certificates
from headrace.cluster.local import LocalCluster
from headrace.cluster.ports import free_ports
from headrace.errors import HeadraceError
from headrace.runtime.java import find_java_home
from headrace.runtime.rest import ask
from tests.local_tables import ROOT
from tests.shell import shell
from tests.sockets import is_loopback, listening, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORTS = ("web_ui", "kafka", "controller", "zookeeper", "sql_gateway")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """What the commands of docs/cluster.md make."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    script = re.findall(r"```sh\n(umask 077.*?)```", page, re.DOTALL)[0]
    folder = tmp_path_factory.mktemp("page")
    path = f"{find_java_home() / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["/bin/sh", "-ec", script],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": path},
    )
    return Certificates(folder / "work" / "tls")


@pytest.fixture(scope="module")
def cluster(
    certificates: Certificates, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalCluster]:
    started = LocalCluster(tmp_path_factory.mktemp("cluster"), root)
    ports = dict(zip(PORTS, free_ports(len(PORTS))))
    try:
        started.up({**ports, "slots": 1, "tls": str(certificates.folder)})
        yield started
    finally:
        started.down()


@pytest.mark.cluster
def test_who_shows_no_certificate_is_refused_and_the_commands_show_theirs(
    cluster: LocalCluster, certificates: Certificates
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificates.folder / "authority.pem"))
    for address in (cluster.monitor.address, cluster.sql_gateway):
        assert ask(address.replace("https", "http"), "/overview") == {}
        with pytest.raises((URLError, ConnectionError, ssl.SSLError)):
            urlopen(f"{address}/info", context=trusting, timeout=20)  # noqa: S310 -- https
    assert cluster.monitor.slots() == 1
    assert {row["state"] for row in cluster.status()} == {"running"}
    jobs = [sys.executable, "-m", "headrace", "jobs", "--cluster", str(cluster.folder)]
    subprocess.run(jobs, cwd=ROOT, env=shell(), check=True)


@pytest.mark.cluster
def test_no_process_of_a_cluster_is_reached_by_another_machine(cluster: LocalCluster) -> None:
    running = [process for row in cluster.status() for process in tree(row["pid"])]
    sockets = listening(running)
    assert {port for _, _, port in sockets} > set(cluster.layout.ports.values())
    assert [each for each in sockets if not is_loopback(each[1])] == []


@pytest.mark.cluster
def test_the_password_of_the_keys_stands_where_its_owner_alone_reads_it(
    cluster: LocalCluster, certificates: Certificates
) -> None:
    password = (certificates.folder / PASSWORD).read_bytes().strip()
    files = [path for path in cluster.folder.rglob("*") if path.is_file() and path.stat().st_size < 1 << 20]
    holding = [path for path in files if password in path.read_bytes()]
    assert [path.name for path in holding] == ["config.yaml"]
    assert holding[0].stat().st_mode & 0o077 == 0
    commands = [" ".join(process.cmdline()) for row in cluster.status() for process in tree(row["pid"])]
    assert not any(password.decode() in command for command in commands)


@pytest.mark.parametrize("name", SECRET)
def test_keys_that_others_may_read_are_refused(certificates: Certificates, name: str) -> None:
    path = certificates.folder / name
    path.chmod(0o644)
    try:
        with pytest.raises(HeadraceError, match=rf"others may read .*{name}"):
            certificates.flink_options()
    finally:
        path.chmod(0o600)


def test_a_folder_without_certificates_is_refused_before_anything_is_started(
    root: Path, tmp_path: Path
) -> None:
    with pytest.raises(HeadraceError, match=r"there is no .*cluster\.p12") as raised:
        LocalCluster(tmp_path / "cluster", root).up({"tls": str(tmp_path)})
    assert "docs/cluster.md" in raised.value.hint
    assert not (tmp_path / "cluster" / "cluster.json").exists()


def test_a_client_certificate_that_is_none_is_a_sentence(certificates: Certificates, tmp_path: Path) -> None:
    for path in certificates.folder.iterdir():
        (tmp_path / path.name).touch(mode=0o600)
        (tmp_path / path.name).write_bytes(path.read_bytes() if path.name != "client.pem" else b"")
    with pytest.raises(HeadraceError, match=r"authority\.pem or client\.pem is no certificate"):
        Certificates(tmp_path).context()
