"""The committed records of a topic, as they were when asked, in a file of JSON lines that tables are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from headrace.connectors.kafka import PATIENCE_SECONDS, partitions, require_topics
from headrace.connectors.refusal import refusal
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

GROUP = "headrace-reader"
"""Reads without committing places, so it is in nobody's way."""


def copy_topic(
    table: KafkaTable, path: Path, creation: str, wanted: Callable[[bytes], bool] = lambda _: True
) -> int:
    """Write the records of a topic to a file, one a line; returns how many.

    Args:
        table: on a topic of JSON.
        path: the file; its folder is made.
        creation: the command that creates the topic, for the hint when it is not there.
        wanted: whether a record is written.

    Raises:
        HeadraceError: the topic is not there or is not JSON, or the broker does not answer or refuses.
    """
    if table.format != "json":
        raise HeadraceError(
            f"{table.name} is on a topic of {table.format}, and only JSON can be read here",
            "Read it with headrace sql, or in an environment that has it as JSON.",
        )
    require_topics([table], creation)
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as lines:
        for value in filter(wanted, _values(table)):
            lines.write(value.replace(b"\n", b" ") + b"\n")
            count += 1
    return count


def _values(table: KafkaTable) -> Iterator[bytes]:
    from confluent_kafka import Consumer

    client = table.client()
    settings = {"group.id": GROUP, "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer({**client, **settings, "isolation.level": "read_committed"})
    try:
        ends = _ends(consumer, table)
        yield from _until(consumer, ends, client)
    finally:
        consumer.close()


def _ends(consumer: Any, table: KafkaTable) -> dict[int, int]:
    """The end of each partition that has records, which is then read from its first record on."""
    from confluent_kafka import TopicPartition

    count = partitions([table])[table.topic]
    places = [TopicPartition(table.topic, number) for number in range(count)]
    bounds = {place.partition: consumer.get_watermark_offsets(place, PATIENCE_SECONDS) for place in places}
    filled = {number: (low, high) for number, (low, high) in bounds.items() if high > low}
    consumer.assign([TopicPartition(table.topic, number, low) for number, (low, _) in filled.items()])
    return {number: high for number, (_, high) in filled.items()}


def _until(consumer: Any, ends: dict[int, int], client: Mapping[str, str]) -> Iterator[bytes]:
    while ends:
        message = consumer.poll(PATIENCE_SECONDS)
        if message is None:
            servers = client.get("bootstrap.servers", "")
            raise HeadraceError(f"the broker at {servers} sent nothing for {PATIENCE_SECONDS:.0f} s")
        number = message.partition()
        if _is_end(message, client) or number not in ends or message.offset() >= ends[number]:
            ends.pop(number, None)
            continue
        if message.value() is not None:
            yield message.value()
        if message.offset() == ends[number] - 1:
            del ends[number]


def _is_end(message: Any, client: Mapping[str, str]) -> bool:
    """Whether it says that a partition has no more records; what is committed later does not count."""
    from confluent_kafka import KafkaError

    error = message.error()
    if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 -- its only name
        raise refusal(client, [error])
    return error is not None
