"""Whether the schema registries that an environment's tables name can be reached, said before a job is started."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.runtime.resolve import Step

PATIENCE_SECONDS = 10.0
ADDRESS = "SCHEMA_REGISTRY_URL"
_ADDRESS = re.compile(r"'(?:(?:key|value)\.)?(?:avro-confluent|headrace-protobuf)\.url'\s*=\s*'([^']*)'")


def require_registries_of(steps: Iterable[Step]) -> None:
    """Refuse to go on when a table that a job is about to create has its schemas where nobody answers.

    A registry that wants a login is not asked any further: workers have the login, this process need not.

    Raises:
        HeadraceError: says where nobody answers, or that the address has a login in it.
    """
    for address in sorted({found for step in steps for found in _ADDRESS.findall(step.statement.text)}):
        _require(address)


def _require(address: str) -> None:
    place = urlsplit(address)
    if place.scheme not in {"http", "https"} or not place.hostname:
        raise HeadraceError(f"{ADDRESS}: expected http://host:port, got {_shown(address)!r}")
    if place.username or place.password:
        raise HeadraceError(
            f"{ADDRESS} has a login in it, which plans and web pages would show",
            "Leave it out; docs/formats.md says where it goes.",
        )
    try:
        urlopen(Request(f"{address.rstrip('/')}/subjects"), timeout=PATIENCE_SECONDS).close()  # noqa: S310 -- http(s), above
    except HTTPError as error:
        if error.code not in {401, 403}:
            hint = (
                f"{ADDRESS} must be the root of Confluent's protocol; Apicurio has it below /apis/ccompat/v7."
            )
            raise HeadraceError(f"{address} is no schema registry: it answers {error.code}", hint) from error
    except OSError as error:
        raise HeadraceError(
            f"no schema registry answers at {address}", f"Look at {ADDRESS}; is it up?"
        ) from error


def _shown(address: str) -> str:
    return address.rpartition("@")[2]
