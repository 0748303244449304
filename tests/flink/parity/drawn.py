"""Payments and verdicts that try to break windows: ties, gaps of exactly a window, clocks that are put forward."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HOUR = 3_600_000
DAY = 24 * HOUR
LARGEST = 999_999_999_999
BOUND = 5_000


class Payment(NamedTuple):
    """A payment: its id, who, where, when in milliseconds, how many cents."""

    number: int
    customer: int
    terminal: int
    at: int
    cents: int


class Verdict(NamedTuple):
    """A verdict: on which payment, fraud or not, known when."""

    payment: Payment
    fraud: int
    known_at: int


class World(NamedTuple):
    """Payments and verdicts of a few customers and terminals."""

    payments: list[Payment]
    verdicts: list[Verdict]

    def moved(self, keys: int, numbers: int) -> World:
        """The same with other customers, terminals and ids."""

        def move(payment: Payment) -> Payment:
            customer, terminal = payment.customer + keys, payment.terminal + keys
            return payment._replace(number=payment.number + numbers, customer=customer, terminal=terminal)

        verdicts = [each._replace(payment=move(each.payment)) for each in self.verdicts]
        return World([*map(move, self.payments)], verdicts)


def _utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) * 1000


ANCHORS = [
    _utc("2018-03-11T09:59:00"),  # clocks are put forward in America
    _utc("2018-03-25T00:59:59"),  # and in Europe
    _utc("2018-10-28T00:59:59"),  # put back
    _utc("2018-04-01T00:00:00"),
    _utc("2019-12-31T23:59:59"),
    _utc("2020-02-29T06:59:59"),
]
STEPS = [0, 0, HOUR, DAY, 7 * DAY, 8 * DAY, 14 * DAY, 30 * DAY, 37 * DAY]
NUDGES = [0, 0, 0, 0, 1, -1, 999]
DELAYS = [7 * DAY, 7 * DAY, 7 * DAY, 7 * DAY - 1, 7 * DAY + 1, 0, -DAY, DAY, 30 * DAY, 60 * DAY, None]
"""From payment to verdict: on time, a millisecond off, at once, early, late, never."""

cents = st.one_of(st.integers(0, 30_000), st.sampled_from([0, 1, LARGEST, LARGEST - 1]))
signed = st.one_of(cents, st.integers(-30_000, -1), st.just(-LARGEST))
moments = st.builds(lambda step, nudge: step + nudge, st.sampled_from(STEPS), st.sampled_from(NUDGES))


@st.composite
def worlds(draw: st.DrawFn, amounts: st.SearchStrategy[int] = signed) -> World:
    """A world of up to two customers and two terminals around one date."""
    anchor = draw(st.sampled_from(ANCHORS))
    rows = draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), moments, amounts), min_size=1, max_size=9)
    )
    payments = [Payment(number, *row[:2], anchor + row[2], row[3]) for number, row in enumerate(rows)]
    return World(payments, draw(verdicts_on(payments)))


@st.composite
def verdicts_on(draw: st.DrawFn, payments: list[Payment]) -> list[Verdict]:
    """At most one verdict on each payment."""
    drawn = [(each, draw(st.integers(0, 1)), draw(st.sampled_from(DELAYS))) for each in payments]
    return [Verdict(each, fraud, each.at + delay) for each, fraud, delay in drawn if delay is not None]


def side_by_side(several: Iterable[World]) -> World:
    """Many worlds in one, none of which sees another."""
    moved = [world.moved(10 * place, 100 * place) for place, world in enumerate(several)]
    return World(
        [row for world in moved for row in world.payments], [row for world in moved for row in world.verdicts]
    )


def lay(world: World, folder: Path) -> None:
    """Write a world as history and labels, in the order of time; ids of one moment descend."""
    payments = sorted(world.payments, key=lambda each: (each.at, -each.number))
    verdicts = sorted(world.verdicts, key=lambda each: each.known_at)
    _write(folder / "transactions_history", map(_row, payments))
    _write(folder / "labels", map(_label, verdicts))


def record(world: World, spoilt: Iterable[bytes], jitter: Iterable[int], folder: Path) -> None:
    """Write the payments as a raw log: each twice, out of order within the bound, bad messages among them."""
    arrivals = []
    for payment, wait in zip(world.payments, jitter):
        message = json.dumps({**_event(payment), "amount": payment.cents / 100}).encode()
        arrivals += [(payment.at + wait, message), (payment.at + wait + wait * 7, message)]
    last = max((at for at, _ in arrivals), default=0)
    arrivals += [(last - 1_000 * number, message) for number, message in enumerate(spoilt)]
    arrivals.sort(key=lambda arrival: arrival[0])
    rows = (
        {
            "payload": b64encode(message).decode(),
            "arrived_at": iso(at),
            "source": "log",
            "source_offset": offset,
        }
        for offset, (at, message) in enumerate(arrivals)
    )
    _write(folder / "transactions_raw", rows)


def iso(at: int) -> str:
    """A moment as ISO 8601 in UTC with milliseconds."""
    return f"{datetime.fromtimestamp(at // 1000, timezone.utc):%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"


def _event(payment: Payment) -> dict[str, Any]:
    names = ("transaction_id", "customer_id", "terminal_id")
    return {**dict(zip(names, payment)), "event_time": iso(payment.at)}


def _row(payment: Payment) -> dict[str, Any]:
    known = {"arrived_at": iso(payment.at), "source": "history", "source_offset": payment.number}
    return {**_event(payment), "amount": payment.cents / 100, **known}


def _label(verdict: Verdict) -> dict[str, Any]:
    return {**_event(verdict.payment), "fraud": verdict.fraud, "available_at": iso(verdict.known_at)}


def _write(folder: Path, rows: Iterable[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
