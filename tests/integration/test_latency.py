"""Records and their answers through a real broker: here every record is its own answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from headrace.planning.ladder import Record, Route, Rung
from headrace.planning.latency import Session

if TYPE_CHECKING:
    from collections.abc import Callable

PARTITIONS = 3


def records(*ids: int) -> list[Record]:
    return [Record(f"key-{each}", json.dumps({"event_id": each}).encode(), each) for each in ids]


@pytest.fixture
def topic(kafka: str) -> Callable[[str], str]:
    def _create(name: str) -> str:
        admin = AdminClient({"bootstrap.servers": kafka})
        admin.create_topics([NewTopic(name, PARTITIONS, 1)])[name].result(60)
        return name

    return _create


def test_each_rung_has_its_own_answers(kafka: str, topic: Callable[[str], str]) -> None:
    echo = topic("echo")
    with Session(Route(kafka, echo, echo, "event_id", PARTITIONS)) as session:
        assert session.fill(records(*range(1_500))) == ()
        slow = session.drive(Rung(50, records(*range(2_000, 2_020)), unmeasured=10))
        fast = session.drive(Rung(1_000, records(*range(3_000, 3_500))))
    assert (len(slow.waits), len(fast.waits)) == (10, 500)
    assert slow.unanswered == fast.unanswered == ()
    assert 0 < slow.milliseconds["p50"] <= slow.milliseconds["max"]
    assert slow.reached < 20 / (19 / 50) + 1  # never ahead of its moments


def test_what_is_not_answered_is_said_and_does_not_count_for_the_next(
    kafka: str, topic: Callable[[str], str]
) -> None:
    sent, answers = topic("sent"), topic("answers")
    producer = Producer({"bootstrap.servers": kafka})
    with Session(
        Route(kafka, sent, answers, "event_id", PARTITIONS), first_seconds=1, quiet_seconds=1
    ) as session:
        assert session.fill(records(1, 2)) == (1, 2)
        for each in (1, 4):  # the first of them comes too late
            producer.produce(answers, json.dumps({"event_id": each}))
        producer.flush()
        assert session.drive(Rung(100, records(3, 4))).unanswered == (3,)


def test_a_quiet_partition_gets_nothing(kafka: str, topic: Callable[[str], str]) -> None:
    echo = topic("with-quiet")
    with Session(Route(kafka, echo, echo, "event_id", PARTITIONS, quiet=1)) as session:
        session.fill(records(*range(200)))
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "test"})
    ends = [reader.get_watermark_offsets(TopicPartition(echo, number))[1] for number in range(PARTITIONS)]
    reader.close()
    assert sum(ends) == 200
    assert [end > 0 for end in ends] == [True, False, True]
