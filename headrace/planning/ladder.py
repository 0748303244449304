"""A ladder of rates: what is sent, where, and what came of each rung."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Union
from zlib import crc32

import numpy as np

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from typing_extensions import Self

PERCENTILES = {"p50": 50.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
SHORTEST_SECONDS = 0.001
Id = Union[int, str]


class Record(NamedTuple):
    """What is sent.

    Attributes:
        key: decides the partition.
        value: as bytes, so that nothing is encoded while it is measured.
        id: what the answer says in its field of that name; once in a session.
    """

    key: Union[str, bytes]
    value: bytes
    id: Id


@dataclass(frozen=True)
class Route:
    """Where records go and answers come. Topics must be there, the one of the answers without old ones.

    Attributes:
        broker: its address.
        topic: where records are sent.
        answers: where JSON with the record's id is expected for each.
        id_field: the field of that JSON that has the id.
        partitions: how many each topic has.
        quiet: a partition of ``topic`` that gets nothing; by default all get their keys.
    """

    broker: str
    topic: str
    answers: str
    id_field: str
    partitions: int
    quiet: int | None = None

    def partition_of(self, key: str | bytes) -> int:
        """Where a key's records go: the same place through a whole session, never the quiet one."""
        places = [each for each in range(self.partitions) if each != self.quiet]
        return places[crc32(key.encode() if isinstance(key, str) else key) % len(places)]


@dataclass(frozen=True)
class Rung:
    """A step of a ladder of rates.

    Attributes:
        rate: events a second.
        records: in the order of sending.
        unmeasured: how many of them come first, as warm-up.
    """

    rate: float
    records: Sequence[Record]
    unmeasured: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a rung; warm-up is in none of it but ``reached``.

    Attributes:
        rate: events a second, as asked.
        reached: events a second, as sent.
        waits: milliseconds of each record that was answered, in the order of sending.
        unanswered: ids of the others.
    """

    rate: float
    reached: float
    waits: NDArray[np.float64]
    unanswered: tuple[Id, ...]

    @property
    def milliseconds(self) -> dict[str, float]:
        """By ``p50``, ``p95``, ``p99``, ``p99.9`` and ``max``; empty when nothing was answered."""
        if not len(self.waits):
            return {}
        return {name: float(np.percentile(self.waits, share)) for name, share in PERCENTILES.items()}

    def require_all(self) -> Self:
        """The same outcome.

        Raises:
            HeadraceError: when something was not answered.
        """
        if self.unanswered:
            every = len(self.unanswered) + len(self.waits)
            missing = f"{len(self.unanswered)} of {every}"
            raise HeadraceError(f"{missing} were not answered, the first is {self.unanswered[0]}")
        return self


def outcome(
    rung: Rung, sent: Mapping[Id, int], received: Mapping[Id, int], reached: float | None = None
) -> Outcome:
    """What came of a rung, from nanoseconds by id.

    Args:
        rung: what was sent.
        sent: has all its ids.
        received: has those that were answered.
        reached: events a second as sent; as asked, unless it is given.
    """
    ids = [record.id for record in rung.records[rung.unmeasured :]]
    waits = np.array([received[each] - sent[each] for each in ids if each in received], float) / 1e6
    missing = tuple(each for each in ids if each not in received)
    return Outcome(rung.rate, rung.rate if reached is None else reached, waits, missing)


def paced(
    records: Sequence[Record], rate: float, clock: Callable[[], float], sleep: Callable[[float], object]
) -> Iterator[Record]:
    """Each record at its moment, ``1 / rate`` seconds after the one before; those that are late, at once.

    Sleeps at least a millisecond at a time: above 1,000 a second those of one millisecond come together, as to sleep
    and to wake up for each would take a core.

    Args:
        records: in order.
        rate: a second.
        clock: seconds.
        sleep: waits so many seconds.
    """
    start = clock()
    for number, record in enumerate(records):
        ahead = start + number / rate - clock()
        if ahead > 0:
            sleep(max(ahead, SHORTEST_SECONDS))
        yield record
