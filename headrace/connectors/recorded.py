"""Sends rows of local tables to topics: a recorded log as the messages it was, everything else as JSON."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable

from headrace.connectors.refusal import refusal
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

PAYLOAD = "payload"
ARRIVED_AT = "arrived_at"
WRITTEN = ("raw", "json")
"""Formats that rows can be sent in."""
PATIENCE_SECONDS = 30.0
_POLL_EVERY = 500


@dataclass(frozen=True)
class Record:
    """One record of a topic.

    Attributes:
        value: its bytes; None is a tombstone.
        key: its key; None lets the client choose a partition.
        timestamp: milliseconds since 1970; 0 leaves it to the client.
    """

    value: bytes | None
    key: bytes | None = None
    timestamp: int = 0


def read_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Rows of a local table, in the order of its files' names.

    Raises:
        HeadraceError: when there is none, or a line is no JSON.
    """
    files = [path for path in sorted(folder.glob("*")) if path.is_file() and path.name[0] not in "._"]
    if not files:
        raise HeadraceError(f"{folder} holds no rows", "headrace data makes some.")
    for path in files:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(path, number, line)


def count_records(table: KafkaTable) -> int:
    """How many records the topic of a table holds; those of transactions that were given up are among them.

    Raises:
        HeadraceError: when the broker can not be asked.
    """
    from confluent_kafka import Consumer, KafkaException, TopicPartition

    settings = {**table.client(), "group.id": "headrace-count", "enable.auto.commit": False}
    consumer = Consumer(settings)
    try:
        partitions = consumer.list_topics(table.topic, PATIENCE_SECONDS).topics[table.topic].partitions
        places = [TopicPartition(table.topic, number) for number in partitions]
        bounds = [consumer.get_watermark_offsets(place, PATIENCE_SECONDS) for place in places]
        return sum(high - low for low, high in bounds)
    except KafkaException as error:
        raise refusal(table.client(), [error.args[0]]) from error
    finally:
        consumer.close()


def records(table: KafkaTable, rows: Iterable[dict[str, Any]], key: str = "") -> Iterator[Record]:
    """Rows as the records that a job would find.

    Args:
        table: where they go.
        rows: of a local table of the same contract.
        key: for a recorded log, the field of the message that becomes the key: messages of one key stay in order.

    Raises:
        HeadraceError: when the table's records are neither messages nor JSON.
    """
    if table.format not in WRITTEN:
        raise HeadraceError(
            f"{table.name} is {table.format} in this environment; only {' and '.join(WRITTEN)} can be sent from here",
            "Let a job write it, or send it in an environment that has it as JSON.",
        )
    for row in rows:
        yield _message(row, key) if table.is_raw else _as_json(row, table.key_fields)


@dataclass
class Producer:
    """Sends records to a table's topic, each acknowledged.

    Args:
        table: where they go.
        rate: records a second; 0 sends as fast as it goes.
    """

    table: KafkaTable
    rate: float = 0.0
    _said: list[Any] = field(default_factory=list, init=False)
    _sent: int = field(default=0, init=False)
    _acknowledged: int = field(default=0, init=False)

    def send(self, wanted: Iterable[Record], on_sent: Callable[[int], None] = lambda _: None) -> int:
        """Send records and wait until the broker has them; returns how many it has.

        Args:
            wanted: the records.
            on_sent: told how many were sent so far.

        Raises:
            HeadraceError: when a record was not taken; says how many were.
        """
        from confluent_kafka import Producer as Client

        client = Client(self._settings())
        began = time.monotonic()
        for number, record in enumerate(wanted):
            self._wait_for_turn(began, number)
            self._produce(client, record)
            if number % _POLL_EVERY == 0:
                client.poll(0)
                on_sent(number)
        client.flush(PATIENCE_SECONDS)
        self._require_all_taken()
        return self._acknowledged

    def _settings(self) -> dict[str, Any]:
        return {
            **self.table.client(),
            "enable.idempotence": True,
            "linger.ms": 5,
            "partitioner": "murmur2_random",
            "error_cb": self._said.append,
            "delivery.timeout.ms": int(PATIENCE_SECONDS * 1000),
        }

    def _wait_for_turn(self, began: float, number: int) -> None:
        if self.rate:
            time.sleep(max(0.0, began + number / self.rate - time.monotonic()))

    def _produce(self, client: Any, record: Record) -> None:
        while not self._fits(client, record):
            client.poll(0.1)
        client.poll(0)

    def _fits(self, client: Any, record: Record) -> bool:
        topic, stamp = self.table.topic, record.timestamp
        try:
            client.produce(topic, record.value, record.key, timestamp=stamp, on_delivery=self._delivered)
        except BufferError:
            return False
        self._sent += 1
        return True

    def _delivered(self, error: Any, _: Any) -> None:
        if error:
            self._said.append(error)
        else:
            self._acknowledged += 1

    def _require_all_taken(self) -> None:
        if self._acknowledged < self._sent:
            cause = refusal(self.table.client(), self._said) if self._said else "it did not answer in time"
            raise HeadraceError(f"{self._acknowledged} of {self._sent} records were taken, then: {cause}")


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise HeadraceError(f"{path}:{number}: no JSON: {error}") from error
    if not isinstance(found, dict):
        raise HeadraceError(f"{path}:{number}: expected an object, found {type(found).__name__}")
    return found


def _message(row: dict[str, Any], key: str) -> Record:
    payload = b64decode(row[PAYLOAD]) if row.get(PAYLOAD) is not None else None
    return Record(payload, _key_of(payload, key), _milliseconds(row.get(ARRIVED_AT)))


def _key_of(payload: bytes | None, key: str) -> bytes | None:
    """The field of a message; None when the message can not be read, as some are."""
    try:
        found = json.loads(payload or b"").get(key)
    except (ValueError, AttributeError):
        return None
    return None if found is None else str(found).encode()


def _as_json(row: dict[str, Any], key_fields: list[str]) -> Record:
    key = _compact({name: row.get(name) for name in key_fields}) if key_fields else None
    return Record(_compact(row), key)


def _compact(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def _milliseconds(said: str | None) -> int:
    if not said:
        return 0
    moment = datetime.fromisoformat(said.replace("Z", "+00:00").replace(" ", "T"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return round(aware.timestamp() * 1000)
