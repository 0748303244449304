"""Endless messages for a job under load, made of recorded ones: each with an id and a time of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any, Callable

from headrace.connectors.recorded import read_rows, records
from headrace.errors import HeadraceError
from headrace.planning.ladder import Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

RECORDED = 20_000
"""Messages of the recorded log that are repeated, at most."""
APART = timedelta(milliseconds=1)
"""Between the times of two events: closer than in life, so that many fit before now."""
BEFORE = timedelta(hours=2)

Dated = Callable[[bytes, datetime], "bytes | None"]


@dataclass
class Feed:
    """Recorded messages over and over, with ids that count up and times that go on.

    Args:
        messages: recorded ones; those that can not be read, or lack an id or a key, are to be left out.
        key: the field that decides the partition.
        id: the field with a message's id.
        dated: a message with another time; None for what has none.
    """

    messages: list[dict[str, Any]]
    key: str
    id: str
    dated: Dated
    _next: int = field(default=0, init=False)
    _origin: dict[int, int] = field(default_factory=dict, init=False)
    _start: datetime = field(default_factory=lambda: datetime.now(timezone.utc) - BEFORE, init=False)

    @property
    def keys(self) -> int:
        """How many keys the messages have."""
        return len({message[self.key] for message in self.messages})

    @property
    def taken(self) -> int:
        """How many were taken so far."""
        return self._next

    def take(self, count: int) -> list[Record]:
        """The next messages."""
        return [self._record(number) for number in range(self._next, self._next + count)]

    def leave_out(self, ids: Iterable[Any]) -> None:
        """Repeat no more the messages that these were made of, as nobody answers them.

        Raises:
            HeadraceError: when none is left.
        """
        refused = {self._origin[each] for each in ids}
        self.messages = [each for number, each in enumerate(self.messages) if number not in refused]
        self._origin.clear()
        if not self.messages:
            raise HeadraceError(
                "the job answered none of the recorded messages", "See what it refused: headrace dlq summary."
            )

    def _record(self, number: int) -> Record:
        place = number % len(self.messages)
        message = self.messages[place]
        renamed = json.dumps({**message, self.id: number}).encode()
        value = self.dated(renamed, self._start + number * APART)
        self._origin[number], self._next = place, number + 1
        return Record(str(message[self.key]), value or renamed, number)


def recorded_feed(table: KafkaTable, folder: Path, key: str, id_field: str, dated: Dated) -> Feed:
    """A feed of what is in a recorded log; dirt that can be seen without the job is left out.

    Args:
        table: of the job's input.
        folder: of the recorded log.
        key: the field that decides the partition.
        id_field: the field with a message's id.
        dated: as in `Feed`.

    Raises:
        HeadraceError: when nothing in the log has all that.
    """
    found = [
        message
        for each in records(table, islice(read_rows(folder), RECORDED))
        if (message := _readable(each.value)) and {key, id_field} <= message.keys()
        if dated(json.dumps(message).encode(), datetime.now(timezone.utc))
    ]
    if not found:
        raise HeadraceError(f"{folder} holds no message with {key} and {id_field} that could be sent again")
    return Feed(found, key, id_field, dated)


def _readable(value: bytes | None) -> dict[str, Any] | None:
    try:
        message = json.loads(value or b"")
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
