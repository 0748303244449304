"""Which addresses Flink listens on, and what it lets pages of a browser do: those of this machine, and nothing."""

from __future__ import annotations

import re
from typing import Any

from headrace.errors import HeadraceError
from headrace.runtime.rest import FIRST_PORT, LAST_PORT, free_port

HOST = "127.0.0.1"
LOWEST_PORT = 1024
"""Those below are the system's."""
HIGHEST_PORT = 65535
NO_ORIGIN = "nobody"
"""The origin of no page, since it has no scheme; Flink's own value lets each page of a browser read answers."""
ADDRESSES = (
    "rest.address",
    "rest.bind-address",
    "jobmanager.rpc.address",
    "jobmanager.bind-host",
    "taskmanager.host",
    "taskmanager.bind-host",
)
HERE = dict.fromkeys(ADDRESSES, HOST)
"""No other machine reaches Flink."""
CLOSED = {
    **HERE,
    "web.submit.enable": "false",
    "web.access-control-allow-origin": NO_ORIGIN,
}
"""Beside that, no jar is taken by the web, and no page of a browser reads what it answers."""
EMBEDDED = {**CLOSED, "web.cancel.enable": "false"}
"""Beside that, the page of a job in this process does not end it: who started it does."""
_TAKEN = re.compile(r"Could not start rest endpoint on any port in port range (?P<ports>[\d-]+)")


def web_ui_ports(wanted: int | None) -> str:
    """Those that Flink tries to bind its web UI to: the wanted one, else all from 8081 on, and the first it gets is it.

    Raises:
        HeadraceError: when the wanted one is none that a program of a user may have, or none of them is free as it is
            now; another program may still be quicker.
    """
    if wanted is not None and not LOWEST_PORT <= wanted <= HIGHEST_PORT:
        raise HeadraceError(
            f"--ui-port is {wanted}; expected a port from {LOWEST_PORT} to {HIGHEST_PORT}",
            f"Leave it out: the first free one from {FIRST_PORT} on is taken.",
        )
    free_port(wanted)
    return str(wanted or f"{FIRST_PORT}-{LAST_PORT}")


def taken_port(trace: str) -> HeadraceError | None:
    """What to say when Flink got no port for its web UI; None when it says something else.

    Args:
        trace: of Java.
    """
    found = _TAKEN.search(trace)
    if found is None:
        return None
    ports = found.group("ports")
    said = f"ports {ports.replace('-', ' to ')} are" if "-" in ports else f"port {ports} is"
    return HeadraceError(f"{said} taken on this machine", "Pass --ui-port with a free one.")


def web_ui(result: Any) -> str:
    """The address that the web UI of a job in this process's own mini-cluster was bound to.

    Args:
        result: PyFlink's TableResult, which does not say it.

    Returns:
        ``http://host:port``; empty when the job has ended already, and its cluster with it.
    """
    from py4j.protocol import Py4JJavaError
    from pyflink.util.java_utils import get_field_value

    client = result.get_job_client()._j_job_client  # noqa: SLF001 -- PyFlink hands out neither cluster nor address
    try:
        return str(get_field_value(client, "miniCluster").getRestAddress().get().toString())
    except Py4JJavaError:
        return ""
