"""Receives a job's answers in a process of its own, so that noting their times does not wait for sending."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headrace.connectors.kafka import QUIET

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from headrace.planning.ladder import Id

LOOK_SECONDS = 0.05
"""So often the receiver looks whether it is asked; looking costs more than an answer."""
AT_ONCE = 1_000
"""Answers that are taken together, at most: one by one costs more than what answers, at thousands a second."""
COUNT, TIMES = "count", "times"


@dataclass(frozen=True)
class Listening:
    """Where answers come.

    Attributes:
        broker: its address.
        topic: read from its beginning.
        partitions: how many it has.
        id_field: the field of an answer's JSON that says what it answers.
    """

    broker: str
    topic: str
    partitions: int
    id_field: str


def receive(pipe: Connection, listening: Listening) -> None:
    """Note when answers come, until the process is ended; what they say is read when the times are asked for.

    Says ``None`` to the pipe when it listens. Asked for ``TIMES`` it says the ``{id: nanoseconds}`` of the first answer
    to each id that it has not said yet; for ``COUNT`` how many answers came since then, those that came twice included.
    The clock is ``time.monotonic_ns``, on Linux the same in all processes. Answers that lie ready together bear one
    time, that of the last of them.
    """
    consumer = _consumer(listening)
    pipe.send(None)
    noted = Noted(listening.id_field)
    looked = time.monotonic_ns()
    while True:
        noted.add(_arrived(consumer), time.monotonic_ns())
        if time.monotonic_ns() - looked > LOOK_SECONDS * 1e9:
            looked = time.monotonic_ns()
            if pipe.poll():
                pipe.send(noted.count if pipe.recv() == COUNT else noted.take())


@dataclass
class Noted:
    """Answers as they came, and when.

    Args:
        id_field: as in `Listening`.
        count: how many came since they were taken.
    """

    id_field: str
    count: int = 0
    _known: set[Id] = field(default_factory=set)
    _fresh: list[tuple[int, list[bytes]]] = field(default_factory=list)

    def add(self, values: list[bytes], now: int) -> None:
        """Note what has come by now."""
        if values:
            self.count += len(values)
            self._fresh.append((now, values))

    def take(self) -> dict[Id, int]:
        """The time of each id's first answer, of those that were not taken yet."""
        new: dict[Id, int] = {}
        for now, values in self._fresh:
            for value in values:
                answered = json.loads(value)[self.id_field]
                if answered not in self._known:
                    self._known.add(answered)
                    new[answered] = now
        self._fresh.clear()
        self.count = 0
        return new


def _arrived(consumer: Any) -> list[bytes]:
    """The values that lie ready, once there is one, or no more than a look is over."""
    first = consumer.poll(LOOK_SECONDS)
    messages = [] if first is None else [first, *consumer.consume(AT_ONCE, 0)]
    return [message.value() for message in messages if message.error() is None]


def _consumer(listening: Listening) -> Any:
    from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

    settings = {"bootstrap.servers": listening.broker, "group.id": "headrace-latency", **QUIET}
    consumer = Consumer({**settings, "enable.auto.commit": False})
    places = [TopicPartition(listening.topic, it, OFFSET_BEGINNING) for it in range(listening.partitions)]
    consumer.assign(places)
    return consumer
