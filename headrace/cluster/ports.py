"""TCP ports of this machine."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from typing import Callable

import psutil

from headrace.errors import HeadraceError
from headrace.runtime.rest import is_free

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """TCP ports of this machine that nobody listens on, all different.

    The others that Flink opens (data, blobs, the task manager's calls) are free ones by its own default.
    """
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((HOST, port)) == 0


def require_free(port: int, what: str) -> None:
    """Refuse a port that is taken.

    Raises:
        HeadraceError: names the port, what wanted it, and who listens there.
    """
    if not is_free(port):
        raise HeadraceError(
            f"port {port}, which {what} wants, is taken on this machine{taken_by(port)}",
            "End what listens there, or choose another port.",
        )


def holder(port: int) -> psutil.Process | None:
    """The process that listens on a port; None when nobody does, or this user may not see who."""
    return next((process for process in psutil.process_iter() if port in listening(process)), None)


def listening(process: psutil.Process) -> set[int]:
    """The TCP ports a process listens on, as far as this user may see them."""
    with suppress(psutil.Error):
        sockets = process.net_connections("tcp")
        return {each.laddr.port for each in sockets if each.status == psutil.CONN_LISTEN}
    return set()


def taken_by(port: int) -> str:
    """Who listens on a port, to be said after "is taken"; empty when this user may not see it."""
    process = holder(port)
    with suppress(psutil.Error):
        return f" by {process.name()}, process {process.pid}" if process else ""
    return ""


def first_free(start: int, taken: set[int]) -> int:
    """The first free port from one on, those in ``taken`` left out."""
    return next(port for port in range(start, start + 1000) if port not in taken and is_free(port))


def wait_until(condition: Callable[[], bool], patience: float, what: str, hint: str = "") -> None:
    """Wait until something is so.

    Args:
        condition: looked at five times a second.
        patience: seconds.
        what: what did not come, for the message.
        hint: what to do then.

    Raises:
        HeadraceError: after ``patience`` seconds.
    """
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise HeadraceError(f"{what} within {patience:.0f} s", hint)
        time.sleep(0.2)
