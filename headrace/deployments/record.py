"""One deployment: an immutable record of who put which version into which role, from when on, and why.

Worker side: standard library only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from headrace.documents.kinds import (
    FLAG,
    NAME,
    SHA256,
    TEXT,
    Kind,
    fields,
    integer,
    matching,
    nullable,
    number,
    one_of,
    scalar,
)
from headrace.documents.reading import DocumentError, read_document
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from headrace.names import Name

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
    version: Name
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
        DeploymentLogError: it is none, or of another format; says which field, what came, what was expected.
    """
    document = _decode(content, where, _RECORD)
    for name in ("effective_from", "created_at"):
        document[name] = _millis(document[name])
    return Record(**document)


def decode_verdict(content: bytes, where: str) -> Verdict:
    """Read a verdict.

    Raises:
        DeploymentLogError: as `decode_record`.
    """
    return Verdict(**_decode(content, where, _VERDICT))


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


def _decode(content: bytes, where: str, kind: Kind) -> dict[str, Any]:
    try:
        document = read_document(content, kind)
    except DocumentError as error:
        raise DeploymentLogError(
            f"{where} is no deployment record: {error}", "Records are never edited: restore it from a copy."
        ) from None
    return {name: value for name, value in document.items() if name != "format"}


def _millis(text: str | None) -> int | None:
    return None if text is None else to_millis(datetime.fromisoformat(text.replace("Z", "+00:00")))


def _is_moment(value: Any) -> bool:
    """Whether a value is a time as `to_text` writes it, and nothing else."""
    try:
        return isinstance(value, str) and to_text(_millis(value) or 0) == value
    except (ValueError, OverflowError):
        return False


_MOMENT = scalar("a time such as 2026-11-25T06:00:00.000Z", _is_moment)
_FORMAT = scalar(
    f"{FORMAT}, which this version of headrace reads", lambda value: type(value) is int and value == FORMAT
)
_PLACE = matching("a path or URI without control characters", r"[^\x00-\x1f\x7f]{1,4096}")
_RECORD = fields(
    {
        "format": _FORMAT,
        "number": integer(1),
        "role": one_of(*ROLES),
        "version": NAME,
        "artifact": _PLACE,
        "manifest_sha256": SHA256,
        "share": number(0, 1),
        "effective_from": nullable(_MOMENT),
        "author": TEXT,
        "reason": TEXT,
        "command": TEXT,
        "created_at": _MOMENT,
        "backdated": FLAG,
        "previous": matching(
            "a SHA-256 of 64 hexadecimal digits, or empty for the first", "(?:[0-9a-f]{64})?"
        ),
    }
)
_VERDICT = fields({"format": _FORMAT, "number": integer(1), "in_force": FLAG, "because": TEXT})
