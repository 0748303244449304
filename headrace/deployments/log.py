"""The records of a log, read in order and checked against each other.

Worker side: standard library only.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

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
    from collections.abc import Sequence

    from headrace.deployments.store import Store

_RECORD = re.compile(r"([0-9]{6})\.json")


@dataclass(frozen=True)
class Entry:
    """A record and what became of it.

    Args:
        record: the record.
        content: its bytes.
        verdict: whether it counts; None while its author has not said so, or was cut off.
        digest: over both, and, through the record, over all before it; empty without a verdict.
    """

    record: Record
    content: bytes
    verdict: Verdict | None = None
    digest: str = ""


@dataclass(frozen=True)
class Log:
    """A log as it was at one moment; it only ever grows, and only its last record may be undecided."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def in_force(self) -> tuple[Record, ...]:
        """The records that count, in order."""
        return tuple(each.record for each in self.entries if each.verdict and each.verdict.in_force)

    @property
    def undecided(self) -> Record | None:
        """The last record, while nobody has said whether it counts."""
        return self.entries[-1].record if self.entries and not self.entries[-1].verdict else None

    @property
    def digest(self) -> str:
        """What the next record must name as its previous."""
        return self.entries[-1].digest if self.entries else ""


def read_log(store: Store, known: Log | None = None) -> Log:
    """Read what is in a log.

    Args:
        store: where it lies.
        known: an earlier reading; what was decided then is not read again.

    Raises:
        OSError: the store can not be reached.
        DeploymentLogError: a record is missing, damaged or does not follow on the one before it.
    """
    numbers = {int(found.group(1)) for name in store.names() if (found := _RECORD.fullmatch(name))}
    last = max(numbers, default=0)
    log = _decided(known or Log())
    if last < len(log.entries):
        raise DeploymentLogError(
            f"{store.location} ends with record {last}, it had {len(log.entries)}",
            "Records are never deleted: restore them from a copy.",
        )
    new = range(len(log.entries) + 1, last + 1)
    _refuse_gaps(store, [number for number in new if number not in numbers])
    contents = store.read_many([name(number) for name in (record_name, verdict_name) for number in new])
    for number, content, said in zip(new, contents, contents[len(new) :]):
        entry = _entry(store, number, content, said, log.digest)
        if not entry.verdict and number < last:
            raise _missing(store.where(verdict_name(number)))
        log = replace(log, entries=(*log.entries, entry))
    return log


def read_reachable(store: Store) -> Log:
    """What is in a log, for those who can do nothing about a place that is out of reach.

    Raises:
        DeploymentLogError: it can not be read, or as `read_log`.
    """
    try:
        return read_log(store)
    except OSError as error:
        raise unreachable(store, error) from error


def unreachable(store: Store, error: OSError) -> DeploymentLogError:
    """The error for a place that can not be read."""
    return DeploymentLogError(
        f"deployment log {store.location} can not be read: {error.strerror or error}",
        "Check the place and its permissions.",
    )


def _refuse_gaps(store: Store, unlisted: Sequence[int]) -> None:
    """Refuse a log that lacks a record; one that was created while names were listed may be missing among them."""
    for number in unlisted:
        if store.read(record_name(number)) is None:
            raise _missing(store.where(record_name(number)))


def _decided(log: Log) -> Log:
    return Log(log.entries[:-1]) if log.undecided else log


def _entry(store: Store, number: int, content: bytes | None, said: bytes | None, previous: str) -> Entry:
    where = store.where(record_name(number))
    if content is None:
        raise _missing(where)
    record = decode_record(content, where)
    if (record.number, record.previous) != (number, previous):
        raise DeploymentLogError(
            f"{where} does not follow on the record before it: the log was changed",
            "Records are never edited: restore the log from a copy.",
        )
    if said is None:
        return Entry(record, content)
    where = store.where(verdict_name(number))
    verdict = decode_verdict(said, where)
    if verdict.number != number:
        raise DeploymentLogError(
            f"{where} is on record {verdict.number}, expected {number}",
            "Records are never edited: restore the log from a copy.",
        )
    return Entry(record, content, verdict, digest_of(content, said))


def _missing(where: str) -> DeploymentLogError:
    return DeploymentLogError(f"{where} is missing, later records are there", "Restore it from a copy.")


def digest_of(record: bytes, verdict: bytes) -> str:
    """What the next record names as its previous."""
    return hashlib.sha256(record + verdict).hexdigest()
