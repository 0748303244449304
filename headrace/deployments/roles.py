"""Which version scores an event: a pure function of the log, the event's time and its entity's key.

Worker side: standard library only.

* Of the records whose ``effective_from`` is at or before the event, **the one written last counts**, whatever its
  ``effective_from``: a rollback also ends a promotion that was dated later but written before it.
* The champion is the last champion record. A canary counts only if it was written after the champion: whoever
  promotes or rolls back ends the canary before. Shadows go on until they are ended, or become champion.
* A canary scores the keys whose hash is below its share. The hash depends on version and key only: a larger share
  keeps all keys that it had, and another canary tries other keys.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from headrace.deployments.record import CANARY, CHAMPION, SHADOW, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HASHES = 2**64


class Roles(NamedTuple):
    """The records that count at one event time."""

    champion: Record | None
    canary: Record | None
    shadows: tuple[Record, ...]


class Choice(NamedTuple):
    """The records that count for one event; ``scored_by`` is None before the first champion."""

    scored_by: Record | None
    shadows: tuple[Record, ...]


def version(records: Sequence[Record], event_time: int, key: str | None) -> Choice:
    """The record whose version scores an event, and those that score beside it.

    Args:
        records: those in force, in order, see `headrace.deployments.log.Log.in_force`.
        event_time: of the event, in milliseconds since 1970.
        key: the event's entity key as text; an event without one is never a canary's.
    """
    return choose(roles_at(records, event_time), key)


def roles_at(records: Sequence[Record], event_time: int) -> Roles:
    """The records that count at an event time."""
    started = [record for record in records if record.start <= event_time]
    champion = _last(started, CHAMPION)
    if champion is None:
        return Roles(None, None, ())
    canary = _last(started, CANARY)
    if canary and (canary.number < champion.number or not canary.share):
        canary = None
    last = {record.version: record for record in started if record.role == SHADOW}
    shadows = [record for record in last.values() if record.share and record.version != champion.version]
    return Roles(champion, canary, tuple(sorted(shadows, key=lambda record: record.number)))


def choose(roles: Roles, key: str | None) -> Choice:
    """What counts for one key."""
    canary = roles.canary
    scored_by = canary if canary and takes(canary, key) else roles.champion
    shadows = [each for each in roles.shadows if takes(each, key) and scored_by]
    return Choice(
        scored_by, tuple(each for each in shadows if scored_by and each.version != scored_by.version)
    )


def takes(record: Record, key: str | None) -> bool:
    """Whether a key is in the share of a record."""
    return record.share >= 1 or (key is not None and place_of(record.version, key) < record.share)


def place_of(version_name: str, key: str) -> float:
    """Where a key stands between 0 and 1 for a version; keys are spread evenly.

    >>> round(place_of("fraud-1", "596"), 3) == round(place_of("fraud-1", "596"), 3)
    True
    """
    digest = hashlib.blake2b(f"{version_name}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _HASHES


def boundaries(records: Iterable[Record]) -> list[int]:
    """The event times at which something changes, ascending."""
    return sorted({record.start for record in records})


def _last(records: Iterable[Record], role: str) -> Record | None:
    return max(
        (record for record in records if record.role == role), key=lambda record: record.number, default=None
    )
