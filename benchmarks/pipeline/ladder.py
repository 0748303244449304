"""The rungs of latency: several rates, a quiet partition, the end of a burst."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.pipeline.extent import WARM_RATE
from benchmarks.pipeline.streams import taken
from headrace.errors import HeadraceError
from headrace.planning.ladder import Rung
from headrace.planning.latency import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.pipeline.extent import Extent
    from benchmarks.pipeline.topics import Topics
    from headrace.planning.ladder import Outcome, Record

QUIET_RATE = 10
BURST = 1_000
FIRST_SECONDS = 600.0
"""A job may take long to come up on a busy machine."""
CAUGHT_UP = 100
"""Once these are answered, a new receiver has read the answers that were there before."""
LEFT_SECONDS = 5.0
"""What is not answered so long after the last event is left waiting."""
HOPELESS_MILLISECONDS = 1_000.0
"""With a median above it a contender does not keep up, or is made for something else: no higher rates are tried."""


def climb(
    topics: Topics, answers: str, records: Sequence[Record], filled: int, extent: Extent
) -> dict[str, float]:
    """Milliseconds by rate and percentile: ``1000/p99``, ``quiet/p99``; events/s as sent, ``1000/reached``; ``left``.

    Args:
        topics: of the run.
        answers: the topic where they come.
        records: what is sent.
        filled: how many of them fill windows and are not measured.
        extent: which rates, for how long.

    Raises:
        HeadraceError: when what fills windows, or something at a steady rate, is not answered.
    """
    found: dict[str, float] = {}
    with filled_session(topics, answers, records, filled) as (session, ahead):
        warm_up(session, ahead, extent.warm_seconds)
        for rate in extent.rates:
            outcome = session.drive(rung(ahead, rate, extent)).require_all()
            found.update(figures(str(rate), outcome))
            if outcome.milliseconds["p50"] > HOPELESS_MILLISECONDS:
                break
    with Session(topics.route(answers, quiet=0)) as session:
        session.fill(taken(ahead, CAUGHT_UP))
        found.update(figures("quiet", session.drive(rung(ahead, QUIET_RATE, extent)).require_all()))
    with Session(topics.route(answers), quiet_seconds=LEFT_SECONDS) as session:
        session.fill(taken(ahead, CAUGHT_UP))
        burst = session.drive(Rung(10 * BURST, taken(ahead, BURST)))
    return {**found, "left": float(len(burst.unanswered))}


@contextmanager
def filled_session(
    topics: Topics, answers: str, records: Sequence[Record], filled: int
) -> Iterator[tuple[Session, Iterator[Record]]]:
    """A session in which windows are filled, and what can be sent then; arguments as of :func:`climb`.

    Raises:
        HeadraceError: when what fills windows is not answered.
    """
    ahead = iter(records)
    with Session(topics.route(answers), first_seconds=FIRST_SECONDS) as session:
        if session.fill(taken(ahead, filled)):
            raise HeadraceError("what fills the windows was not answered")
        yield session, ahead


def warm_up(session: Session, ahead: Iterator[Record], seconds: float) -> None:
    """Send at `WARM_RATE` what is not measured."""
    session.drive(Rung(WARM_RATE, taken(ahead, round(WARM_RATE * seconds))))


def rung(records: Iterator[Record], rate: int, extent: Extent) -> Rung:
    """The next rung of some records.

    Raises:
        HeadraceError: when there are not enough left.
    """
    unmeasured, measured = (round(seconds * rate) for seconds in extent.seconds)
    chosen = taken(records, unmeasured + measured)
    if len(chosen) < unmeasured + measured:
        raise HeadraceError(f"too few payments for {rate} events/s", "Raise the days of the extent.")
    return Rung(rate, chosen, unmeasured)


def figures(name: str, outcome: Outcome) -> dict[str, float]:
    """The figures of a rung under its name."""
    each = {**outcome.milliseconds, "reached": outcome.reached}
    return {f"{name}/{figure}": value for figure, value in each.items()}
