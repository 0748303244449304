"""The head of a log: how far somebody has seen it, so that he notices when the log goes back behind it.

The chain of digests shows whoever reads a log anew that nothing was changed before its last record. That the last one
was changed, or deleted, only he can notice who remembers it. Worker side: standard library only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from headrace.deployments.log import digest_of
from headrace.deployments.record import DeploymentLogError, record_name, verdict_name
from headrace.names import shown

if TYPE_CHECKING:
    from headrace.deployments.log import Log
    from headrace.deployments.store import Store

HINT = (
    "Restore the log from a copy. If it was put back on purpose: headrace deployments --accept-restored, "
    "then submit the jobs anew."
)
_FORM = re.compile(r"([1-9][0-9]{0,5})-([0-9a-f]{64})")


class LogWentBackError(DeploymentLogError):
    """A log has fewer records than were seen of it, or another one in the place of one that was seen."""


class Head(NamedTuple):
    """The last decided record that was seen.

    Args:
        number: its number.
        digest: over it, its verdict, and all before.
    """

    number: int
    digest: str

    def __str__(self) -> str:
        """As a job parameter: ``7-3f2a…``."""
        return f"{self.number}-{self.digest}"


def head_of(log: Log) -> Head | None:
    """The head of a log; None while no record is decided."""
    decided = [entry for entry in log.entries if entry.verdict]
    return Head(decided[-1].record.number, decided[-1].digest) if decided else None


def parse_head(text: str) -> Head | None:
    """The head that a job parameter says; None for an empty one.

    Raises:
        DeploymentLogError: it is none.

    >>> str(parse_head("7-" + "ab" * 32))[:9]
    '7-abababa'
    """
    if not text:
        return None
    found = _FORM.fullmatch(text)
    if not found:
        raise DeploymentLogError(
            f"the head of a deployment log is {shown(text)}, expected its number, a dash and its digest",
            "headrace submit and headrace run pass it; leave it out when you submit by hand.",
        )
    return Head(int(found[1]), found[2])


def refuse_gone_back(log: Log, head: Head | None, location: str) -> None:
    """Refuse a log that does not hold what was seen of it.

    Args:
        log: as it is now.
        head: as it was seen; None: never.
        location: where the log lies; stands in the error.

    Raises:
        LogWentBackError: the record of the head is not there, or is another one.
    """
    if head is None:
        return
    digests = [entry.digest for entry in log.entries if entry.verdict]
    if len(digests) < head.number:
        raise LogWentBackError(
            f"deployment log {location} went back: it ends with record {len(digests)}, "
            f"record {head.number} was seen there",
            HINT,
        )
    if digests[head.number - 1] != head.digest:
        raise _changed(head.number, location)


def refuse_changed(store: Store, log: Log) -> None:
    """Read the last decided record again, and refuse the log when it is another one by now.

    Raises:
        OSError: the store can not be reached.
        LogWentBackError: the record or its verdict was changed or deleted.
    """
    head = head_of(log)
    if head is None:
        return
    record, verdict = store.read_many([record_name(head.number), verdict_name(head.number)])
    if record is None or verdict is None or digest_of(record, verdict) != head.digest:
        raise _changed(head.number, store.location)


def _changed(number: int, location: str) -> LogWentBackError:
    return LogWentBackError(
        f"deployment log {location} went back: record {number} or its verdict is not what was seen there",
        HINT,
    )
