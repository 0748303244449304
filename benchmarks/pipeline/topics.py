"""Topics of one run: made, filled, counted, read and deleted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from benchmarks.payments import PARTITIONS
from headrace.connectors.kafka import QUIET
from headrace.planning.ladder import Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headrace.planning.ladder import Record

PATIENCE_SECONDS = 120.0
NAMES = (
    "transactions_raw",
    "transactions_history",
    "labels",
    "transactions",
    "transaction_features",
    "predictions",
    "alerts",
    "shadow_predictions",
    "dead_letters",
    "by_terminal",
)
_AT_ONCE = 5_000
ID, PAYMENTS = "transaction_id", "transactions_raw"


@dataclass(frozen=True)
class Topics:
    """The topics of one run, of four partitions each.

    Args:
        broker: its address.
        prefix: what their names begin with.
    """

    broker: str
    prefix: str

    def create(self) -> None:
        """Make them.

        Raises:
            KafkaException: when the broker refuses.
        """
        from confluent_kafka.admin import NewTopic

        new = [
            NewTopic(f"{self.prefix}{name}", PARTITIONS, 1, config={"retention.ms": "-1"}) for name in NAMES
        ]
        self._all_done(self._admin.create_topics(new))

    def delete(self) -> None:
        """Take them away, and what a contender made beside them."""
        found = self._admin.list_topics(timeout=PATIENCE_SECONDS).topics
        self._all_done(self._admin.delete_topics([name for name in found if self.prefix in name]))

    def route(self, answers: str, quiet: int | None = None) -> Route:
        """The way of a payment to its answer.

        Args:
            answers: the topic where they come.
            quiet: a partition that gets no payments.
        """
        sent, answered = f"{self.prefix}{PAYMENTS}", f"{self.prefix}{answers}"
        return Route(self.broker, sent, answered, ID, PARTITIONS, quiet)

    def fill(self, name: str, records: Iterable[Record]) -> int:
        """Write records as fast as it goes; returns how many."""
        from confluent_kafka import Producer

        producer = Producer({**QUIET, "bootstrap.servers": self.broker, "linger.ms": 20})
        count = 0
        for count, record in enumerate(records, 1):
            producer.produce(f"{self.prefix}{name}", record.value, record.key)
            if count % _AT_ONCE == 0:
                producer.flush(PATIENCE_SECONDS)
        producer.flush(PATIENCE_SECONDS)
        return count

    def count(self, name: str) -> int:
        """How many records a topic has."""
        ends = (self._reader.get_watermark_offsets(each, PATIENCE_SECONDS) for each in self._places(name))
        return sum(high for _, high in ends)

    def lag(self, group: str) -> int | None:
        """How many records a consumer group has not said to have read; None while it has said nothing."""
        from confluent_kafka import ConsumerGroupTopicPartitions

        asked = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(f"{self.prefix}{group}")]
        )
        (answer,) = asked.values()
        places = [each for each in answer.result(PATIENCE_SECONDS).topic_partitions if each.offset >= 0]
        ends = {id(it): self._reader.get_watermark_offsets(it, PATIENCE_SECONDS)[1] for it in places}
        return sum(ends[id(it)] - it.offset for it in places) if places else None

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """What a topic holds, each value read as JSON."""
        from confluent_kafka import OFFSET_BEGINNING

        places = self._places(name)
        for each in places:
            each.offset = OFFSET_BEGINNING
        reader, left = self._reader, self.count(name)
        reader.assign(places)
        while left:
            for message in reader.consume(min(left, _AT_ONCE), PATIENCE_SECONDS):
                left -= 1
                yield json.loads(message.value())
        reader.unassign()

    def _places(self, name: str) -> list[Any]:
        from confluent_kafka import TopicPartition

        return [TopicPartition(f"{self.prefix}{name}", number) for number in range(PARTITIONS)]

    @cached_property
    def _admin(self) -> Any:
        from confluent_kafka.admin import AdminClient

        return AdminClient({**QUIET, "bootstrap.servers": self.broker})

    @cached_property
    def _reader(self) -> Any:
        from confluent_kafka import Consumer

        settings = {
            **QUIET,
            "bootstrap.servers": self.broker,
            "group.id": "bench",
            "enable.auto.commit": False,
        }
        return Consumer(settings)

    @staticmethod
    def _all_done(answers: dict[str, Any]) -> None:
        for answer in answers.values():
            answer.result(PATIENCE_SECONDS)
