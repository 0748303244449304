"""What is sent: payments and verdicts in the order of time, encoded beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from benchmarks.payments import encoded, iso, label_records, payment_records
from datasets.fraud.tables import LABEL_DELAY_DAYS
from headrace.planning.ladder import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DELAY = pd.Timedelta(days=LABEL_DELAY_DAYS)
ID = "transaction_id"


@dataclass(frozen=True)
class Stream:
    """Payments and their verdicts.

    Args:
        payments: in the order of event time.

    Attributes:
        topic: where they are sent.
    """

    payments: pd.DataFrame
    topic: ClassVar[str] = "transactions_raw"

    @cached_property
    def sent(self) -> list[Record]:
        """A record a payment, keyed by customer."""
        return [Record(key, encoded(value), value[ID]) for key, value in payment_records(self.payments)]

    @cached_property
    def verdicts(self) -> list[Record]:
        """A record a verdict, in the order in which they become known, keyed as its table says."""
        return [_keyed(value) for _, value in label_records(self.payments)]

    def known_before(self, number: int) -> int:
        """How many verdicts are known when a payment is made.

        Args:
            number: of the payment, from 0; as many as there are payments for all that are known before the last one.
        """
        moment = self.moment(number)
        return int((self.payments["event_time"] + DELAY).searchsorted(moment, side="right"))

    def moment(self, number: int) -> pd.Timestamp:
        """When a payment is made."""
        found: pd.Timestamp = self.payments["event_time"].iloc[min(number, len(self.payments) - 1)]
        return found


@dataclass(frozen=True)
class FeatureStream(Stream):
    """Payments with their features, as the job that scores reads them; it reads no verdicts."""

    topic: ClassVar[str] = "transaction_features"

    @cached_property
    def sent(self) -> list[Record]:
        """A record a payment, keyed as its table says."""
        return [_keyed(value) for value in feature_records(self.payments)]

    @cached_property
    def verdicts(self) -> list[Record]:
        """None."""
        return []


def feature_records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A payment with its features, as our job writes them."""
    times = iso(frame["event_time"])
    for row, time in zip(frame.drop(columns="event_time").to_dict("records"), times):
        yield {**row, "event_time": time}


def of_customers(frame: pd.DataFrame, every: int) -> pd.DataFrame:
    """The payments of one in so many customers."""
    chosen: pd.DataFrame = frame[frame["customer_id"] % every == 0].reset_index(drop=True)
    return chosen


def taken(records: Iterable[Record], count: int) -> list[Record]:
    """The next records of an iterator."""
    return list(islice(records, count))


def _keyed(value: dict[str, Any]) -> Record:
    """A record keyed by the payment it is about, in JSON."""
    return Record(encoded({ID: value[ID]}), encoded(value), value[ID])
