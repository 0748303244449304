"""What a reader of the result topics sees, with the moment at which it saw it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

TABLES = ("transactions", "transaction_features", "predictions", "alerts", "dead_letters")
KEYED = TABLES[:-1]


@dataclass(frozen=True)
class Seen:
    """One record.

    Attributes:
        table: whose topic it was in.
        key: its key.
        value: its bytes.
        at: the moment, in seconds of the monotonic clock.
    """

    table: str
    key: bytes
    value: bytes
    at: float


class Observer:
    """Reads the result topics of one run from their beginning, in a thread, as a context manager.

    Args:
        servers: of the broker.
        prefix: of the topics.
        isolation: ``read_committed`` or ``read_uncommitted``.
    """

    def __init__(self, servers: str, prefix: str, isolation: str) -> None:
        self.seen: list[Seen] = []
        self.newest = dict.fromkeys(TABLES, 0.0)
        self._about: dict[str, set[object]] = {table: set() for table in TABLES}
        self._tables = {f"{prefix}{table}": table for table in TABLES}
        settings = {
            "bootstrap.servers": servers,
            "group.id": f"observer-{prefix}",
            "isolation.level": isolation,
        }
        self._consumer = Consumer(
            {**settings, "enable.auto.commit": False, "log_level": 0, "check.crcs": True}
        )
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        topics = self._consumer.list_topics(timeout=20).topics
        places = [
            TopicPartition(name, number, 0) for name in self._tables for number in topics[name].partitions
        ]
        self._consumer.assign(places)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self._consumer.close()

    def count(self, *tables: str) -> int:
        """How many different records of some tables were seen."""
        return sum(len(self._about[table]) for table in tables)

    def longest_silence(self, since: float, until: float) -> float:
        """Seconds of the longest time in which no prediction came."""
        moments = [
            each.at for each in [*self.seen] if each.table == "predictions" and since <= each.at <= until
        ]
        marks = [since, *moments, until]
        return max(after - before for before, after in zip(marks, marks[1:]))

    def _read(self) -> None:
        while not self._over.is_set():
            for message in self._consumer.consume(500, timeout=0.1):
                if message.error() is None:
                    self._note(message)

    def _note(self, message: Any) -> None:
        table = self._tables[message.topic()]
        record = Seen(table, message.key() or b"", message.value() or b"", time.monotonic())
        self._about[table].add(identity(record))
        self.newest[table] = record.at
        self.seen.append(record)


def identity(record: Seen) -> object:
    """What a record is about: its key, or the place of the refused message."""
    if record.table in KEYED:
        return json.loads(record.value)["transaction_id"]
    said = json.loads(record.value)
    return said["source"], said["source_offset"], said["reason"]


def doubled(seen: Sequence[Seen]) -> int:
    """How many records came again."""
    counts = Counter((each.table, identity(each)) for each in seen)
    return sum(count - 1 for count in counts.values())


def differing(seen: Sequence[Seen]) -> list[object]:
    """What came again with other bytes, or under another key."""
    first: dict[object, tuple[bytes, bytes]] = {}
    found: list[object] = []
    for each in seen:
        about = (each.table, identity(each))
        if first.setdefault(about, (each.key, each.value)) != (each.key, each.value):
            found.append(about)
    return found


def results(seen: Sequence[Seen]) -> dict[str, Counter[str]]:
    """Rows by table, each once, without what says where the message stood."""
    rows = {(each.table, identity(each)): each for each in seen}
    found: dict[str, Counter[str]] = {table: Counter() for table in TABLES}
    for each in rows.values():
        found[each.table][json.dumps(_comparable(json.loads(each.value)), sort_keys=True)] += 1
    return found


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"source", "source_offset"}}
