from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest

from headrace.connectors import kafka, topic_copy
from headrace.connectors.kafka import KafkaTable
from headrace.connectors.topic_copy import copy_topic
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

TABLE = KafkaTable("letters", {"topic": "x2.letters", "value.format": "json"})
END = -191
"""Of a partition."""
CREATION = "headrace topics --create"


@dataclass
class Message:
    """What a consumer gets."""

    number: int
    place: int
    content: bytes | None = b"{}"
    code: int | None = None

    def partition(self) -> int:
        """Its partition."""
        return self.number

    def offset(self) -> int:
        """Its place there."""
        return self.place

    def value(self) -> bytes | None:
        """Its content."""
        return self.content

    def error(self) -> confluent_kafka.KafkaError | None:
        """The end of a partition, or a refusal."""
        return None if self.code is None else confluent_kafka.KafkaError(self.code)


class PlayedConsumer:
    """Sends prepared messages."""

    ends: dict[int, tuple[int, int]]
    messages: list[list[Message]]
    settings: dict[str, Any]

    def __init__(self, settings: dict[str, Any]) -> None:
        type(self).settings = settings

    def get_watermark_offsets(self, place: confluent_kafka.TopicPartition, _: float) -> tuple[int, int]:
        """First and end."""
        return self.ends[place.partition]

    def assign(self, places: list[confluent_kafka.TopicPartition]) -> None:
        """Each from its first on."""
        assert {place.partition: place.offset for place in places} == {
            number: low for number, (low, high) in self.ends.items() if high > low
        }

    def poll(self, timeout: float) -> Message | None:
        """The next one; None when there is none in time."""
        assert timeout > 0
        waiting = [message for batch in self.messages for message in batch]
        type(self).messages = [waiting[1:]]
        return waiting[0] if waiting else None

    def close(self) -> None:
        """Over."""


@pytest.fixture(autouse=True)
def consumer(monkeypatch: pytest.MonkeyPatch) -> type[PlayedConsumer]:
    monkeypatch.setattr(confluent_kafka, "Consumer", PlayedConsumer)
    for module in (kafka, topic_copy):
        monkeypatch.setattr(module, "partitions", lambda tables: {table.topic: 2 for table in tables})
    return PlayedConsumer


def copied(folder: Path, **options: Any) -> list[bytes]:
    path = folder / "letters" / "topic.jsonl"
    count = copy_topic(TABLE, path, CREATION, **options)
    lines = path.read_bytes().splitlines()
    assert len(lines) == count
    return lines


def test_committed_records_up_to_the_end_at_the_start_are_copied(
    tmp_path: Path, consumer: type[PlayedConsumer]
) -> None:
    consumer.ends = {0: (5, 7), 1: (0, 1)}
    consumer.messages = [
        [Message(0, 5, b'{"a": 1}'), Message(1, 0, b'{"a": 2}'), Message(1, 1, b"later")],
        [Message(0, 6, b'{"a":\n 3}'), Message(0, 7, b"later")],
    ]
    assert copied(tmp_path) == [b'{"a": 1}', b'{"a": 2}', b'{"a":  3}']
    assert consumer.settings["isolation.level"] == "read_committed"
    assert consumer.settings["enable.auto.commit"] is False


def test_the_end_of_a_partition_is_told_where_the_last_places_hold_no_record(
    tmp_path: Path, consumer: type[PlayedConsumer]
) -> None:
    consumer.ends = {0: (0, 4), 1: (9, 9)}
    consumer.messages = [[Message(0, 0), Message(0, 3, code=END)]]
    assert copied(tmp_path) == [b"{}"]


def test_records_that_are_not_wanted_and_deletions_are_left_out(
    tmp_path: Path, consumer: type[PlayedConsumer]
) -> None:
    consumer.ends = {0: (0, 3), 1: (0, 0)}
    consumer.messages = [[Message(0, 0, b'{"id":7}'), Message(0, 1, None), Message(0, 2, b'{"id":8}')]]
    assert copied(tmp_path, wanted=lambda value: b"8" in value) == [b'{"id":8}']


def test_a_broker_that_falls_silent_is_said(tmp_path: Path, consumer: type[PlayedConsumer]) -> None:
    consumer.ends, consumer.messages = {0: (0, 3), 1: (0, 0)}, [[Message(0, 0)]]
    with pytest.raises(HeadraceError, match="sent nothing for 10 s"):
        copied(tmp_path)


def test_a_refusal_is_said(tmp_path: Path, consumer: type[PlayedConsumer]) -> None:
    consumer.ends = {0: (0, 3), 1: (0, 0)}
    consumer.messages = [[Message(0, 0, code=confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED)]]
    with pytest.raises(HeadraceError, match="refused"):
        copied(tmp_path)


def test_a_topic_that_is_not_there_is_said_with_what_creates_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "partitions", lambda _: {"x2.letters": 0})
    with pytest.raises(HeadraceError, match=r"there are no topics x2\.letters") as raised:
        copied(tmp_path)
    assert raised.value.hint == f"Create them: {CREATION}"


def test_a_topic_that_is_not_json_is_refused(tmp_path: Path) -> None:
    avro = KafkaTable("letters", {"topic": "x2.letters", "value.format": "avro"})
    with pytest.raises(HeadraceError, match="letters is on a topic of avro, and only JSON can be read here"):
        copy_topic(avro, tmp_path / "x", CREATION)
