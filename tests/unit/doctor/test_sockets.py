from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.process import MARK
from headrace.doctor.sockets import Socket, command_of, judged, sockets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTENER = (
    "import socket\ns = socket.create_server(('{}', 0))\nprint(s.getsockname()[1], flush=True)\ninput()"
)


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])  # noqa: S104 -- open, to be seen
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A program of a cluster that listens: on which address and port."""
    command = [sys.executable, "-c", LISTENER.format(request.param)]
    environment = {**os.environ, MARK: f"{tmp_path}/run#broker"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield request.param, int(process.stdout.readline())
        process.communicate("\n")


def test_a_program_of_a_cluster_is_named_with_its_folder_its_address_and_its_port(
    listener: tuple[str, int], tmp_path: Path
) -> None:
    address, port = listener
    (found,) = [socket for socket in sockets() if socket.port == port]
    assert (found.owner, found.address) == (f"cluster {tmp_path}: broker", address)
    assert found.is_open == (address != "127.0.0.1")


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::", True),
        ("0.0.0.0", True),  # noqa: S104 -- as above
        ("192.168.1.7", True),
        ("::ffff:10.0.0.1", True),
    ],
)
def test_what_others_reach_is_warned_of_with_what_to_do(address: str, is_open: bool) -> None:
    finding = judged([Socket("headrace demo (java)", 7, address, 8081)])
    assert finding.status == ("warning" if is_open else "ok")
    assert "8081 headrace demo (java), process 7" in finding.said
    assert ("rest.bind-address" in finding.advice) == is_open


def test_nothing_that_listens_is_said() -> None:
    assert judged([]).said == "No demo, run or cluster of yours listens."


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["/venv/bin/python", "/venv/bin/headrace", "demo", "--quick"], "headrace demo"),
        (["python3", "-m", "headrace", "run", "realtime"], "headrace run"),
        (["python3", "-m", "headrace.cluster.keeper", "/c"], ""),
        (["vim", "notes"], ""),
        ([], ""),
    ],
)
def test_a_command_is_known_by_how_it_was_started(arguments: list[str], command: str) -> None:
    assert command_of(arguments) == command
