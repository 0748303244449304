"""One deployment: an immutable record of who put which version into which role, from when on, and why.

Worker side: standard library only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import Any

from headrace.errors import HeadraceError

FORMAT = 1
CHAMPION = "champion"
CANARY = "canary"
SHADOW = "shadow"
ROLES = (CHAMPION, CANARY, SHADOW)
BEGINNING = -(2**62)
"""Before every event time, in milliseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class DeploymentLogError(HeadraceError):
    """The deployment log can not be read, is damaged, or does not say what is needed."""


@dataclass(frozen=True)
class Record:
    """A deployment.

    Args:
        number: its place in the log, from 1 on.
        role: ``champion``, ``canary`` or ``shadow``.
        version: name of the model version.
        artifact: folder of the version: a path or URI; a relative one starts at the log's folder.
        manifest_sha256: SHA-256 of the artifact's manifest, which seals all its other files.
        share: of the entity keys, 0 to 1; 1 for a champion; 0 ends a canary or shadow.
        effective_from: the event time from which it counts, in milliseconds; None: from the beginning of time.
        author: who.
        reason: why.
        command: what was asked for: ``deploy``, ``promote``, ``rollback``, …
        created_at: when, by the author's clock, in milliseconds.
        backdated: whether the author took it upon himself that it counts for events that may have been scored.
        previous: digest of the entry before it; empty for the first.
    """

    number: int
    role: str
    version: str
    artifact: str
    manifest_sha256: str
    share: float
    effective_from: int | None
    author: str
    reason: str
    command: str
    created_at: int
    backdated: bool = False
    previous: str = ""

    @property
    def start(self) -> int:
        """The event time from which it counts, in milliseconds, as a number in any case."""
        return BEGINNING if self.effective_from is None else self.effective_from


@dataclass(frozen=True)
class Verdict:
    """Whether a record counts: written once, by its author when it came in time, or by whoever found it cut off.

    Args:
        number: of the record.
        in_force: whether it counts.
        because: why it does not; empty when it does.
    """

    number: int
    in_force: bool
    because: str = ""


def record_name(number: int) -> str:
    """The file of a record.

    >>> record_name(7)
    '000007.json'
    """
    return f"{number:06}.json"


def verdict_name(number: int) -> str:
    """The file of the verdict on a record.

    >>> verdict_name(7)
    '000007.verdict.json'
    """
    return f"{number:06}.verdict.json"


def encode(entry: Record | Verdict) -> bytes:
    """A record or verdict as the content of its file: JSON, event times in ISO-8601."""
    document = {"format": FORMAT, **asdict(entry)}
    for name in ("effective_from", "created_at"):
        if document.get(name) is not None:
            document[name] = to_text(document[name])
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def decode_record(content: bytes, where: str) -> Record:
    """Read a record.

    Raises:
        DeploymentLogError: it is none, or of another format.
    """
    document = _decode(content, where, Record)
    try:
        for name in ("effective_from", "created_at"):
            if document[name] is not None:
                document[name] = to_millis(datetime.fromisoformat(document[name].replace("Z", "+00:00")))
        record = Record(**document)
    except (AttributeError, TypeError, ValueError) as error:
        raise _damaged(where, str(error)) from error
    if record.role not in ROLES or not 0 <= record.share <= 1:
        raise _damaged(where, f"role {record.role!r} with share {record.share!r}")
    return record


def decode_verdict(content: bytes, where: str) -> Verdict:
    """Read a verdict.

    Raises:
        DeploymentLogError: it is none, or of another format.
    """
    verdict = Verdict(**_decode(content, where, Verdict))
    if not isinstance(verdict.in_force, bool):
        raise _damaged(where, f"in_force is {verdict.in_force!r}")
    return verdict


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970; a time without a zone is UTC.

    >>> to_millis(datetime(1970, 1, 2))
    86400000
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def to_text(millis: int) -> str:
    """Milliseconds since 1970 in ISO-8601.

    >>> to_text(86400000)
    '1970-01-02T00:00:00.000Z'
    """
    moment = _EPOCH + timedelta(milliseconds=millis)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03}Z"


def _decode(content: bytes, where: str, kind: type) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise _damaged(where, f"not JSON: {error}") from error
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise _damaged(where, f"expected an object of format {FORMAT}")
    expected = {field.name for field in fields(kind)}
    if document.keys() != expected:
        raise _damaged(where, f"expected {sorted(expected)}, found {sorted(document)}")
    return document


def _damaged(where: str, what: str) -> DeploymentLogError:
    return DeploymentLogError(
        f"{where} is no deployment record: {what}", "Records are never edited: restore it from a copy."
    )
