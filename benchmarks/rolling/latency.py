"""How long a payment takes from being sent to its features being received, through a broker, at a steady rate."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.rolling.payments import PARTITIONS, encoded
from headrace.connectors.kafka import QUIET
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from benchmarks.rolling.payments import Record

PATIENCE_SECONDS = 120.0
QUIET_SECONDS = 15.0
"""Without an answer for so long, no more are expected."""
AT_ONCE = {**QUIET, "linger.ms": 0, "socket.nagle.disable": True}
PERCENTILES = {"p50": 50.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}


@dataclass(frozen=True)
class Load:
    """What is sent.

    Attributes:
        before: sent as fast as it goes, to fill the windows; measured is not before all of it has been answered.
        live: sent at the rate.
        rate: events a second.
        unmeasured: how many of ``live`` come first, as warm-up.
    """

    before: Sequence[Record]
    live: Sequence[Record]
    rate: float
    unmeasured: int

    @property
    def measured_ids(self) -> list[int]:
        """Ids of the payments that count."""
        return [int(value["transaction_id"]) for _, value in self.live[self.unmeasured :]]


def measure(broker: str, topic: str, answers: str, load: Load) -> dict[str, float]:
    """Milliseconds by percentile.

    Args:
        broker: its address.
        topic: where payments are sent; must be there.
        answers: where a record with the same ``transaction_id`` is expected for each; must be there.
        load: what is sent.

    Raises:
        HeadraceError: when one is not answered.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    count = len(load.before) + len(load.live)
    receiver = context.Process(target=receive, args=(theirs, broker, answers, len(load.before), count))
    receiver.start()
    try:
        _expect(ours)  # it listens
        producer = _producer(broker)
        _send_at_once(producer, topic, load.before)
        _expect(ours)  # all of that was answered
        sent = send(producer, topic, load)
        received = _expect(ours)
    finally:
        receiver.terminate()
        receiver.join()
    return percentiles(sent, received, load.measured_ids)


def percentiles(sent: dict[int, int], received: dict[int, int], ids: Sequence[int]) -> dict[str, float]:
    """Milliseconds by percentile, from nanoseconds by id.

    Raises:
        HeadraceError: when one was not received.
    """
    missing = [each for each in ids if each not in received]
    if missing:
        raise HeadraceError(
            f"{len(missing)} of {len(ids)} payments were not answered, the first is {missing[0]}"
        )
    waited = np.array([received[each] - sent[each] for each in ids]) / 1e6
    return {name: float(np.percentile(waited, share)) for name, share in PERCENTILES.items()}


def send(producer: Any, topic: str, load: Load) -> dict[int, int]:
    """Send at a steady rate, each at its own moment; returns the nanoseconds by id."""
    sent = {}
    start = time.monotonic()
    for number, (key, value) in enumerate(load.live):
        ahead = start + number / load.rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        sent[int(value["transaction_id"])] = time.monotonic_ns()
        producer.produce(topic, encoded(value), key)
        producer.poll(0)
    producer.flush(PATIENCE_SECONDS)
    return sent


def receive(pipe: Connection, broker: str, topic: str, before: int, count: int) -> None:
    """Receive answers one by one; tells the pipe when it listens, when the first ``before`` are there, and all times.

    The clock is the machine's own, the same in all processes.
    """
    from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

    consumer = Consumer(
        {**QUIET, "bootstrap.servers": broker, "group.id": "bench-receiver", "enable.auto.commit": False}
    )
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in range(PARTITIONS)])
    pipe.send(None)
    received: dict[int, int] = {}
    while len(received) < count:
        message = consumer.poll(QUIET_SECONDS if len(received) > before else PATIENCE_SECONDS)
        now = time.monotonic_ns()
        if message is None:
            break
        received[int(json.loads(message.value())["transaction_id"])] = now
        if len(received) == before:
            pipe.send(None)
    pipe.send(received)


def _send_at_once(producer: Any, topic: str, records: Sequence[Record]) -> None:
    for number, (key, value) in enumerate(records):
        producer.produce(topic, encoded(value), key)
        if number % 1_000 == 0:
            producer.flush(PATIENCE_SECONDS)
    producer.flush(PATIENCE_SECONDS)


def _producer(broker: str) -> Any:
    from confluent_kafka import Producer

    return Producer({"bootstrap.servers": broker, **AT_ONCE})


def _expect(pipe: Connection) -> Any:
    if not pipe.poll(PATIENCE_SECONDS):
        raise HeadraceError(f"nothing was received within {PATIENCE_SECONDS:.0f} s")
    return pipe.recv()
