"""A plain consumer with its state in Redis: what most teams write first.

One process and one server on the same machine. A payment costs two round trips: is it new, then what is known of its
customer and its terminal, each a sorted set by time; the lists are not kept in the process, so that it may die.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import redis
from confluent_kafka import Consumer, Producer

from benchmarks.pipeline.peers.arguments import ANSWERS, LABELS, PAYMENTS, parse
from benchmarks.pipeline.peers.scoring import Model
from benchmarks.pipeline.peers.server import running_server
from benchmarks.windows import LONGEST, Kept, customer_features, terminal_features, time_features, to_millis

if TYPE_CHECKING:
    import argparse

COMMIT_EVERY_SECONDS = 5.0
REMEMBERED_SECONDS = 45 * 86_400
"""How long an id is known, as in the shipped profiles."""


class Windows:
    """Payments and verdicts of the last 30 days in Redis.

    Args:
        client: of the server.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def is_new(self, payment: int) -> bool:
        """Whether an id comes for the first time."""
        return bool(self._client.set(f"seen:{payment}", 1, nx=True, ex=REMEMBERED_SECONDS))

    def features(self, payment: dict[str, Any], now: int) -> dict[str, float]:
        """Remember a payment and return its features, but for its amount."""
        customer, terminal = f"customer:{payment['customer_id']}", f"terminal:{payment['terminal_id']}"
        member = f"{payment['transaction_id']}:{round(float(payment['amount']) * 100)}"
        with self._client.pipeline(transaction=False) as asked:
            asked.zadd(customer, {member: now})
            asked.zremrangebyscore(customer, "-inf", now - LONGEST)
            asked.zrangebyscore(customer, now - LONGEST + 1, now, withscores=True)
            asked.zrangebyscore(terminal, now - LONGEST + 1, now, withscores=True)
            _, _, paid, verdicts = asked.execute()
        return {
            **time_features(now),
            **customer_features(_kept(paid), now),
            **terminal_features(_kept(verdicts), now),
        }

    def learn(self, verdict: dict[str, Any]) -> None:
        """Remember a verdict, from the time it is known."""
        known = to_millis(verdict["available_at"])
        terminal, member = (
            f"terminal:{verdict['terminal_id']}",
            f"{verdict['transaction_id']}:{verdict['fraud']}",
        )
        with self._client.pipeline(transaction=False) as asked:
            asked.zadd(terminal, {member: known})
            asked.zremrangebyscore(terminal, "-inf", known - LONGEST)
            asked.execute()


def _kept(rows: list[tuple[bytes, float]]) -> Kept:
    """What a sorted set gave, as times and values."""
    return [int(score) for _, score in rows], [int(member.rpartition(b":")[2]) for member, _ in rows]


def run(asked: argparse.Namespace, windows: Windows) -> None:
    """Answer payments as they come, without end."""
    model = Model(asked.model)
    consumer = Consumer(
        {
            "bootstrap.servers": asked.broker,
            "group.id": f"{asked.prefix}redis",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([f"{asked.prefix}{PAYMENTS}", f"{asked.prefix}{LABELS}"])
    producer = Producer({"bootstrap.servers": asked.broker, "linger.ms": 0})
    committed = time.monotonic()
    while True:
        message = consumer.poll(0.1)
        if message is not None and not message.error():
            value = json.loads(message.value())
            if message.topic().endswith(LABELS):
                windows.learn(value)
            elif windows.is_new(value["transaction_id"]):
                producer.produce(f"{asked.prefix}{ANSWERS}", *_answer(asked, model, windows, value))
        producer.poll(0)
        if time.monotonic() - committed > COMMIT_EVERY_SECONDS:
            producer.flush()
            consumer.commit(asynchronous=False)
            committed = time.monotonic()


def _answer(
    asked: argparse.Namespace, model: Model, windows: Windows, payment: dict[str, Any]
) -> tuple[bytes, bytes]:
    now = to_millis(payment["event_time"])
    features = {"amount": float(payment["amount"]), **windows.features(payment, now)}
    found = model.answer(payment, features, keep=asked.features)
    return json.dumps(found).encode(), str(payment["transaction_id"]).encode()


if __name__ == "__main__":
    told = parse("redis")
    with running_server(told.folder) as socket:
        run(told, Windows(redis.Redis(unix_socket_path=os.fspath(socket))))
