"""Payments of the fraud benchmark, their verdicts, and payments made up for a state of known size, on topics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from datasets.fraud.benchmark import START
from datasets.fraud.cache import prepare
from datasets.fraud.tables import LABEL_DELAY_DAYS
from headrace.connectors.kafka import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PARTITIONS = 4
HOT_CUSTOMER = 0
FRAUD_SHARE = 0.01
"""Of made up payments."""
SPREAD_DAYS = 29
"""Days over which payments of a state of known size are spread: less than the longest window, so that all are kept."""
PATIENCE_SECONDS = 120.0
_QUEUE_FULL_SECONDS = 0.5
Record = tuple[str, dict[str, Any]]
"""Key and value of a record."""


def payments(folder: Path, last_day: int, every: int = 1) -> pd.DataFrame:
    """Payments of days 0 … ``last_day``, in the order of event time.

    Args:
        folder: keeps what was made, for the next time.
        last_day: 0 … 182.
        every: of how many customers one is taken, with all payments.
    """
    frame = pd.read_parquet(prepare(folder, 0, last_day))
    chosen: pd.DataFrame = frame[frame["customer_id"] % every == 0].reset_index(drop=True)
    return chosen


def with_hot_customer(frame: pd.DataFrame, share: float) -> pd.DataFrame:
    """The same payments, a share of them (0 … 1, drawn with a fixed seed) made by one customer."""
    hot = np.random.default_rng(7).random(len(frame)) < share
    changed: pd.DataFrame = frame.assign(customer_id=frame["customer_id"].where(~hot, HOT_CUSTOMER))
    return changed


def made_up(keys: int, rows: int) -> pd.DataFrame:
    """``rows`` payments of each of ``keys`` customers within 29 days, in the order of event time.

    Times and amounts are drawn (with a fixed seed): what follows a pattern would be compressed to nothing.
    """
    draw = np.random.default_rng(29)
    count = keys * rows
    number = np.arange(count)
    milliseconds = np.sort(draw.integers(0, SPREAD_DAYS * 86_400_000, count))
    frame: pd.DataFrame = pd.DataFrame(
        {
            "transaction_id": number,
            "customer_id": number % keys,
            "terminal_id": number % 10_000,
            "amount": draw.integers(1, 50_000, count) / 100,
            "event_time": START + pd.to_timedelta(milliseconds, unit="ms"),
        }
    )
    return frame


def of_keys(keys: int, rows: int) -> pd.DataFrame:
    """As :func:`made_up`, of ``keys`` terminals with ``rows`` payments each, too, and with verdicts."""
    draw = np.random.default_rng(31)
    frame = made_up(keys, rows)
    terminals = draw.permutation(len(frame)) % keys
    frauds = (draw.random(len(frame)) < FRAUD_SHARE).astype(np.int8)
    changed: pd.DataFrame = frame.assign(terminal_id=terminals, fraud=frauds)
    return changed


def payment_records(frame: pd.DataFrame) -> Iterator[Record]:
    """A record a payment, keyed by customer."""
    columns = ["transaction_id", "customer_id", "terminal_id", "amount"]
    times = iso(frame["event_time"])
    for values, time in zip(frame[columns].itertuples(index=False), times):
        yield str(values.customer_id), {**values._asdict(), "event_time": time}


def label_records(frame: pd.DataFrame) -> Iterator[Record]:
    """A record a verdict, known seven days after the payment, keyed by payment."""
    columns = ["transaction_id", "customer_id", "terminal_id", "fraud"]
    times, known = iso(frame["event_time"]), iso(frame["event_time"] + pd.Timedelta(days=LABEL_DELAY_DAYS))
    for values, time, available in zip(frame[columns].itertuples(index=False), times, known):
        yield str(values.transaction_id), {**values._asdict(), "event_time": time, "available_at": available}


def fill(broker: str, topic: str, records: Iterable[Record]) -> int:
    """Create a topic of four partitions and write records to it; returns how many.

    Raises:
        KafkaException: when the broker refuses the topic or a record.
    """
    from confluent_kafka import Producer

    create(broker, topic)
    producer = Producer({**QUIET, "bootstrap.servers": broker, "linger.ms": 20, "enable.idempotence": True})
    count = 0
    for key, value in records:
        _send(producer, topic, key, value)
        count += 1
    producer.flush(PATIENCE_SECONDS)
    return count


def create(broker: str, topic: str) -> None:
    """Create a topic of four partitions.

    Raises:
        KafkaException: when the broker refuses it.
    """
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient({**QUIET, "bootstrap.servers": broker})
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(PATIENCE_SECONDS)


def encoded(value: dict[str, Any]) -> bytes:
    """A record's value as JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def _send(producer: Any, topic: str, key: str, value: dict[str, Any]) -> None:
    try:
        producer.produce(topic, encoded(value), key)
    except BufferError:
        producer.poll(_QUEUE_FULL_SECONDS)
        producer.produce(topic, encoded(value), key)
    producer.poll(0)


def iso(times: pd.Series[pd.Timestamp]) -> list[str]:
    """ISO 8601 with milliseconds and Z, of times in UTC."""
    unzoned = times.dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    return [f"{time}Z" for time in np.datetime_as_string(unzoned)]
