"""Looks at every file of a log by itself and at the chain between them: all that is wrong, not only the first of it.

Author side; nothing is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from headrace.deployments.log import digest_of
from headrace.deployments.record import (
    DeploymentLogError,
    Record,
    Verdict,
    decode_record,
    decode_verdict,
    record_name,
    verdict_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.deployments.head import Head
    from headrace.deployments.store import Store

_FILE = re.compile(r"([0-9]{6})(?:\.verdict)?\.json")


class Finding(NamedTuple):
    """What was found in one place of a log.

    Args:
        number: of the record; of the first of several that are missing.
        record: None when it can not be read.
        digest: over it, its verdict and all before; empty without a verdict.
        in_force: whether it counts; None when that is not decided, or not known.
        fault: what is wrong; empty when nothing is.
    """

    number: int
    record: Record | None = None
    digest: str = ""
    in_force: bool | None = None
    fault: str = ""


def verify(store: Store, head: Head | None) -> list[Finding]:
    """What is in a log, in order.

    Args:
        store: where it lies.
        head: what was seen of it before; None: nothing.

    Raises:
        OSError: the store can not be reached.
    """
    numbers = sorted({int(found[1]) for name in store.names() if (found := _FILE.fullmatch(name))})
    findings = list(_chained(store, numbers))
    return list(_seen(findings, head)) if head else findings


def _chained(store: Store, numbers: list[int]) -> Iterator[Finding]:
    previous, expected = "", 1
    for number in numbers:
        if number > expected:
            missing = (
                f"record {expected}" if number == expected + 1 else f"records {expected} to {number - 1}"
            )
            yield Finding(expected, fault=f"{missing}: missing, later ones are there")
        found = _finding(store, number, previous, last=number == numbers[-1])
        yield found
        previous, expected = found.digest, number + 1


def _finding(store: Store, number: int, previous: str, *, last: bool) -> Finding:
    content, said = store.read_many([record_name(number), verdict_name(number)])
    if content is None:
        return Finding(number, fault="the record is missing, its verdict is there")
    digest = digest_of(content, said) if said is not None else ""
    record: Record | None = None
    try:
        record = decode_record(content, record_name(number))
        verdict = decode_verdict(said, verdict_name(number)) if said is not None else None
    except DeploymentLogError as error:
        return Finding(number, record, digest, fault=str(error.args[0]))
    fault = _fault(number, previous, record, verdict) or ("" if verdict or last else "its verdict is missing")
    return Finding(number, record, digest, verdict.in_force if verdict else None, fault)


def _fault(number: int, previous: str, record: Record, verdict: Verdict | None) -> str:
    if record.number != number:
        return f"it says that it is record {record.number}"
    if record.previous != previous:
        return "it does not follow on the record before it: one of the two was changed"
    if verdict and verdict.number != number:
        return f"its verdict is on record {verdict.number}"
    return ""


def _seen(findings: list[Finding], head: Head) -> Iterator[Finding]:
    """The findings, held against what was seen."""
    for found in findings:
        changed = found.number == head.number and found.digest != head.digest and not found.fault
        yield (found._replace(fault="it or its verdict was changed since it was seen") if changed else found)
    if not any(found.number >= head.number for found in findings):
        yield Finding(head.number, fault="it was seen, and is missing")
