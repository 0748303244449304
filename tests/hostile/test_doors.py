"""Who is on the same network, or owns a page in the browser, gets nowhere; a signal leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

from headrace.runtime.outputs import newest_checkpoint
from headrace.runtime.rest import FIRST_PORT, LAST_PORT, ask, free_port
from tests.local_tables import ROOT
from tests.shell import shell
from tests.sockets import is_loopback, listening, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_SECONDS = 240


def headrace(*arguments: object, **variables: str) -> subprocess.Popen[str]:
    """A command in a session of its own, as a terminal or a container starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "headrace", *map(str, arguments)],
        cwd=ROOT,
        env={**shell(), "COLUMNS": "1000", **variables},
        start_new_session=True,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def of_its_session(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """What is alive of all that a command has started, whoever is its parent by now."""
    return [each for each in psutil.process_iter() if each.is_running() and _session(each.pid) == process.pid]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid) if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else 0
    except (OSError, psutil.NoSuchProcess):
        return 0


@pytest.fixture
def taken() -> Iterator[int]:
    """The port that a web UI would take, taken by another."""
    with socket.create_server(("127.0.0.1", free_port())) as other:
        yield int(other.getsockname()[1])


def answer(address: str, path: str, **request: Any) -> tuple[int, dict[str, str]]:
    """Status and headers, named in lower case."""
    try:
        with urlopen(Request(f"{address}{path}", **request), timeout=30) as found:  # noqa: S310 -- our own
            return found.status, {name.lower(): value for name, value in found.headers.items()}
    except HTTPError as refused:
        return refused.code, {name.lower(): value for name, value in refused.headers.items()}


def at_work(address: str, process: subprocess.Popen[str]) -> bool:
    """Whether all of a job runs, its Python workers included."""
    jobs = ask(address, "/jobs").get("jobs", []) or [{"id": "none"}]
    vertices = ask(address, f"/jobs/{jobs[0]['id']}").get("vertices", [])
    running = bool(vertices) and all(vertex["status"] in {"RUNNING", "FINISHED"} for vertex in vertices)
    return running and any("beam_boot" in " ".join(each.cmdline()) for each in tree(process.pid))


@pytest.mark.flink
def test_a_run_is_reached_by_this_machine_alone_and_stops_with_a_savepoint_when_it_is_terminated(
    artifact: Path, taken: int, tmp_path: Path
) -> None:
    workers = ("-D", "python.execution-mode=process")
    run = headrace("run", "realtime", "--live", "--model", artifact, "--data", tmp_path / "data", *workers)
    assert run.stderr is not None
    said = ""
    while "web UI" not in said and run.poll() is None:
        said += run.stderr.readline()
    assert run.poll() is None, said + run.stderr.read()
    address = re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not at_work(address, run) and time.monotonic() < deadline:
        time.sleep(0.2)

    sockets = listening(tree(run.pid))
    port = int(address.rpartition(":")[2])
    assert port in {port for _, _, port in sockets}
    assert port in {*range(FIRST_PORT, LAST_PORT + 1)} - {taken}
    assert [each for each in sockets if not is_loopback(each[1])] == []
    assert {name for name, _, _ in sockets} > {"java"}

    assert answer(address, "/jars/upload", data=b"x", method="POST")[0] == 404
    status, headers = answer(address, "/overview")
    assert (status, headers["access-control-allow-origin"]) == (200, "nobody")

    run.send_signal(signal.SIGTERM)  # to the command alone, as a container's engine does
    said += run.communicate()[1]
    assert run.returncode == 143, said
    assert "fraud-realtime stopped; --resume goes on where it stopped" in said
    assert "Traceback" not in said
    assert newest_checkpoint(tmp_path / "data" / "checkpoints" / "realtime") is not None
    assert of_its_session(run) == []
