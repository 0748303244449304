"""Receives a job's answers in a process of its own, so that noting their times does not wait for sending."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.connectors.kafka import QUIET

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from headrace.planning.ladder import Id

LOOK_SECONDS = 0.05
"""So often the receiver looks whether it is asked; looking costs more than an answer."""
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
    """Note the nanosecond of each id's first answer, until the process is ended.

    Says ``None`` to the pipe when it listens. Asked for ``COUNT`` it says how many ids there are since the beginning,
    for ``TIMES`` the ``{id: nanoseconds}`` that it has not said yet. The clock is ``time.monotonic_ns``, on Linux the
    same in all processes.
    """
    consumer = _consumer(listening)
    pipe.send(None)
    received: set[Id] = set()
    fresh: dict[Id, int] = {}
    looked = time.monotonic_ns()
    while True:
        message = consumer.poll(LOOK_SECONDS)
        now = time.monotonic_ns()
        if message is not None and message.error() is None:
            answered = json.loads(message.value())[listening.id_field]
            if answered not in received:
                received.add(answered)
                fresh[answered] = now
        if now - looked > LOOK_SECONDS * 1e9:
            looked = now
            if pipe.poll():
                wants_count = pipe.recv() == COUNT
                pipe.send(len(received) if wants_count else fresh)
                fresh = fresh if wants_count else {}


def _consumer(listening: Listening) -> Any:
    from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

    settings = {"bootstrap.servers": listening.broker, "group.id": "headrace-latency", **QUIET}
    consumer = Consumer({**settings, "enable.auto.commit": False})
    places = [TopicPartition(listening.topic, it, OFFSET_BEGINNING) for it in range(listening.partitions)]
    consumer.assign(places)
    return consumer
