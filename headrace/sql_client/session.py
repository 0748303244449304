"""A session at Flink's SQL gateway, by its REST interface (version 3)."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

VERSION = "v3"
PATIENCE_SECONDS = 120.0
_EVERY_SECONDS = 0.05
_ENDED = {"FINISHED", "ERROR", "CANCELED", "CLOSED", "TIMEOUT"}


@dataclass(frozen=True)
class GatewaySession:
    """An open session; the gateway closes it, and what it still reads, after ten minutes in which nobody asks it.

    Attributes:
        address: of the gateway, ``http://host:port``.
        handle: what the gateway calls the session.
        context: whom to trust and what to show, with TLS.
    """

    address: str
    handle: str
    context: SSLContext | None = None

    @property
    def url(self) -> str:
        """Where statements are sent to: ``POST <url>/statements`` with ``{"statement": "…"}``."""
        return f"{self.address}/{VERSION}/sessions/{self.handle}"

    def run(self, statement: str) -> None:
        """Send a statement and wait until it is done; its rows are not fetched.

        Raises:
            HeadraceError: when it fails, with what the gateway says; or is not done in two minutes.
        """
        sent = self._send("/statements", {"statement": statement})
        operation = f"/operations/{sent['operationHandle']}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (status := self._send(f"{operation}/status")["status"]) not in _ENDED:
            if time.monotonic() > deadline:
                raise HeadraceError(f"{_first_line(statement)}: not done within {PATIENCE_SECONDS:.0f} s")
            time.sleep(_EVERY_SECONDS)
        if status != "FINISHED":
            self._send(f"{operation}/result/0")  # which says why
            raise HeadraceError(f"{_first_line(statement)}: ended as {status}")

    def close(self) -> None:
        """End the session; a query of it that still runs is cancelled, what an INSERT started is not.

        Raises:
            HeadraceError: when no gateway answers, or it knows no such session.
        """
        _send(self.url, context=self.context, method="DELETE")

    def _send(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return _send(f"{self.url}{path}", body, self.context)


def open_session(
    address: str, statements: Iterable[str], context: SSLContext | None = None
) -> GatewaySession:
    """A session in which some statements have been run.

    Args:
        address: of the gateway.
        statements: in order, without semicolons.
        context: whom to trust and what to show, with TLS.

    Raises:
        HeadraceError: when no gateway answers, or it refuses one.
    """
    handle = _send(f"{address}/{VERSION}/sessions", {}, context)["sessionHandle"]
    session = GatewaySession(address, handle, context)
    for statement in statements:
        session.run(statement)
    return session


def _send(
    address: str,
    body: dict[str, Any] | None = None,
    context: SSLContext | None = None,
    method: str | None = None,
) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(address, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310 -- our own gateway
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS, context=context) as answer:  # noqa: S310 -- as above
            return json.load(answer)
    except HTTPError as error:
        raise HeadraceError(f"the SQL gateway refuses: {_cause(error.read())}") from error
    except (URLError, OSError) as error:
        raise HeadraceError(
            f"no SQL gateway answers at {address}", "headrace cluster up starts one."
        ) from error


def _cause(answer: bytes) -> str:
    """The innermost sentence of the stack trace that the gateway sends."""
    try:
        said = "\n".join(json.loads(answer)["errors"])
    except (ValueError, KeyError, TypeError):
        return answer.decode(errors="replace")[:500]
    causes = [
        line.partition("Caused by: ")[2] for line in said.splitlines() if line.startswith("Caused by: ")
    ]
    return causes[-1] if causes else _first_line(said)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "nothing"
