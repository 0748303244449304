"""The few calls to Flink's REST interface that a run needs: rows in and out, and stopping with a savepoint."""

from __future__ import annotations

import json
import re
import socket
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from ssl import SSLContext

FIRST_PORT = 8081
LAST_PORT = 8099
_OPERATOR = re.compile(
    r"^(?P<kind>Source__ |Source__)?(?P<name>(?:(?!__)\w)+)(?:\[\d+\])?(?P<writer>__Writer)?"
    r"\.(?P<metric>numRecords\w+)$"
)


def free_port(wanted: int | None = None) -> int:
    """A free TCP port for the web UI: the wanted one, else the first free one from 8081 on.

    Raises:
        HeadraceError: when the wanted one, or all of them, are taken.
    """
    candidates = range(FIRST_PORT, LAST_PORT + 1) if wanted is None else [wanted]
    for port in candidates:
        if is_free(port):
            return port
    tried = f"ports {FIRST_PORT} to {LAST_PORT} are" if wanted is None else f"port {wanted} is"
    raise HeadraceError(f"{tried} taken on this machine", "Pass --ui-port with a free one.")


def is_free(port: int) -> bool:
    """Whether a server of this machine could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def ask(address: str, path: str, body: bytes | None = None, context: SSLContext | None = None) -> Any:
    """The answer of a cluster's REST interface; an empty dictionary when there is none.

    Args:
        address: ``http://host:port``; empty when nobody listens.
        path: what is asked, from the slash on.
        body: JSON to send.
        context: whom to trust and what to show, where the address is ``https``.
    """
    place = f"{address}{path.replace('[', '%5B').replace(']', '%5D').replace(' ', '%20')}"
    try:
        request = Request(place, body, {"Content-Type": "application/json"})  # noqa: S310 -- our own cluster's, http
        with urlopen(request, timeout=10, context=context) as answer:  # noqa: S310 -- as above
            return json.load(answer)
    except (OSError, HTTPException, ValueError):
        return {}


@dataclass(frozen=True)
class JobMonitor:
    """Looks at one job through the REST interface of its cluster.

    Args:
        address: ``http://host:port``.
        job_id: the job's id.
    """

    address: str
    job_id: str

    def rows(self) -> dict[str, int]:
        """Rows so far, by source (read) and sink (written) table; empty while the cluster does not answer."""
        totals: dict[str, int] = {}
        for vertex in self._get(f"/jobs/{self.job_id}").get("vertices", []):
            base = f"/jobs/{self.job_id}/vertices/{vertex['id']}/subtasks/metrics"
            wanted = [entry["id"] for entry in self._list(base) if _counts_rows(entry["id"])]
            if wanted:
                for entry in self._list(f"{base}?get={','.join(wanted)}&agg=sum"):
                    totals[_table_of(entry["id"])] = int(entry["sum"])
        return totals

    def rows_moved(self) -> tuple[int, ...]:
        """Rows that each operator has read and written; empty until all of them run."""
        vertices = self._get(f"/jobs/{self.job_id}").get("vertices", [])
        if any(vertex["status"] not in {"RUNNING", "FINISHED"} for vertex in vertices):
            return ()
        return tuple(
            vertex["metrics"][count] for vertex in vertices for count in ("read-records", "write-records")
        )

    def stop_with_savepoint(self, folder: str, patience: float = 60.0) -> str:
        """Stop the job with a savepoint, all sinks committed; returns the savepoint's path.

        Raises:
            HeadraceError: when the job does not stop within ``patience`` seconds or the savepoint fails.
        """
        body = json.dumps({"targetDirectory": folder, "drain": False}).encode()
        request = self._get(f"/jobs/{self.job_id}/stop", body).get("request-id")
        deadline = time.monotonic() + patience
        while request and time.monotonic() < deadline:
            answer = self._get(f"/jobs/{self.job_id}/savepoints/{request}")
            operation = answer.get("operation") or {}
            if "location" in operation:
                return str(operation["location"])
            if "failure-cause" in operation:
                raise HeadraceError(f"the savepoint failed: {operation['failure-cause'].get('class')}")
            time.sleep(0.2)
        raise HeadraceError(f"the job did not stop with a savepoint within {patience:.0f} s")

    def _list(self, path: str) -> list[dict[str, Any]]:
        answer = self._get(path)
        return answer if isinstance(answer, list) else []

    def _get(self, path: str, body: bytes | None = None) -> Any:
        return ask(self.address, path, body)


def _counts_rows(metric: str) -> bool:
    found = _OPERATOR.search(metric)
    if found is None:
        return False
    wanted = "numRecordsOut" if found.group("kind") else "numRecordsIn"
    return found.group("metric") == wanted and bool(found.group("kind") or found.group("writer"))


def _table_of(metric: str) -> str:
    found = _OPERATOR.search(metric)
    return found.group("name") if found else metric
