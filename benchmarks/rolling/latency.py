"""How long a payment takes from being sent to its features being received, through a broker, at a steady rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.payments import PARTITIONS, encoded
from headrace.errors import HeadraceError
from headrace.planning.ladder import Record as Sent
from headrace.planning.ladder import Route, Rung
from headrace.planning.latency import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.payments import Record

ID = "transaction_id"


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
    live = Rung(load.rate, _sent(load.live), load.unmeasured)
    with Session(Route(broker, topic, answers, ID, PARTITIONS)) as session:
        unanswered = session.fill(_sent(load.before))
        if unanswered:
            raise HeadraceError(
                f"{len(unanswered)} of {len(load.before)} payments before the measured ones were not answered"
            )
        return session.drive(live).require_all().milliseconds


def _sent(records: Sequence[Record]) -> list[Sent]:
    return [Sent(key, encoded(value), int(value[ID])) for key, value in records]
