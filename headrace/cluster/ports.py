"""TCP ports of this machine."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from typing import Callable

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
        HeadraceError: names the port and what wanted it.
    """
    if not is_free(port):
        raise HeadraceError(
            f"port {port}, which {what} wants, is taken on this machine",
            "End what listens there, or choose another port.",
        )


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
