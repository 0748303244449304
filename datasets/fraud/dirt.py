"""What goes wrong with live events: each kind of dirt spoils one good event in one way.

The kinds are named as ``dead_letters.reason`` must name them.
"""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Callable

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping

Event = dict[str, Any]
"""A producer's event, as JSON reads it."""

Spoil = Callable[[Event, random.Random], bytes]
"""Turns a good event into the bytes of a bad one."""

DUPLICATE = "duplicate"
EVENT_TIME = "%Y-%m-%dT%H:%M:%SZ"
_LATE_SECONDS = (60, 7_200)
_FAR_YEAR = "2100"

DEFAULT_RATES: Mapping[str, float] = MappingProxyType(
    {
        DUPLICATE: 0.005,
        "not_json": 0.003,
        "transaction_id_missing": 0.001,
        "event_time_missing": 0.001,
        "event_time_invalid": 0.001,
        "customer_id_missing": 0.001,
        "customer_id_invalid": 0.001,
        "terminal_id_missing": 0.001,
        "amount_missing": 0.001,
        "amount_invalid": 0.001,
        "amount_negative": 0.001,
        "late": 0.002,
        "future": 0.001,
    }
)
"""Bad records of each kind per good event; 2 % together."""


class DirtRateError(HeadraceError):
    """A rate of dirt that can not be used."""


def check_rates(rates: Mapping[str, float]) -> None:
    """Refuse unknown kinds and rates below 0.

    Raises:
        DirtRateError: naming the first that is wrong.
    """
    for reason, rate in rates.items():
        if reason != DUPLICATE and reason not in _SPOILS:
            message = f"Expected rates for kinds of dirt; there is no kind {reason!r}."
            raise DirtRateError(message, f"The kinds are {', '.join(DEFAULT_RATES)}.")
        if rate < 0:
            message = f"Expected a rate of 0 or more for {reason!r}; got {rate}."
            raise DirtRateError(message)


def spoil(reason: str, payload: bytes, fresh_id: int, dice: random.Random) -> bytes:
    """The bytes of a bad record made of the bytes of a good one.

    Args:
        reason: the kind of dirt.
        payload: a good event in the producer's JSON.
        fresh_id: the transaction id of the bad record, so that it does not compete with the good one; a
            duplicate keeps the id, and every byte.
        dice: chooses among the forms of a kind.

    Raises:
        KeyError: for a kind that does not exist; ``check_rates`` says so earlier and better.
    """
    if reason == DUPLICATE:
        return payload
    return _SPOILS[reason]({**json.loads(payload), "transaction_id": fresh_id}, dice)


def _encoded(event: Event) -> bytes:
    return json.dumps(event).encode()


def _missing(field: str) -> Spoil:
    """Leave a field out, or make it null."""

    def drop(event: Event, dice: random.Random) -> bytes:
        rest = {name: value for name, value in event.items() if name != field}
        return _encoded(dice.choice([rest, {**event, field: None}]))

    return drop


def _changed(field: str, *changes: Callable[[Any], Any]) -> Spoil:
    """Replace a field's value by one of several functions of it."""

    def change(event: Event, dice: random.Random) -> bytes:
        return _encoded({**event, field: dice.choice(changes)(event[field])})

    return change


def _late(event: Event, dice: random.Random) -> bytes:
    time = datetime.strptime(event["event_time"], EVENT_TIME).replace(tzinfo=timezone.utc)
    earlier = time - timedelta(seconds=dice.randint(*_LATE_SECONDS))
    return _encoded({**event, "event_time": earlier.strftime(EVENT_TIME)})


def _not_json(event: Event, dice: random.Random) -> bytes:
    return dice.choice([_cut_off, _plain_text, _not_utf8, _two_events, _not_a_number])(event, dice)


def _cut_off(event: Event, dice: random.Random) -> bytes:
    whole = _encoded(event)
    return whole[: dice.randrange(1, len(whole))]


def _plain_text(event: Event, _dice: random.Random) -> bytes:
    return f"payment {event['transaction_id']} declined: terminal unreachable".encode()


def _not_utf8(event: Event, _dice: random.Random) -> bytes:
    # Outside of a string: a reader that puts a replacement character in its place can not parse it either.
    return _encoded(event).replace(b"{", b"{\xff", 1)


def _two_events(event: Event, _dice: random.Random) -> bytes:
    return _encoded(event) * 2


def _not_a_number(event: Event, _dice: random.Random) -> bytes:
    # What Python and JavaScript write for an amount that they could not compute; JSON has no such word.
    return _encoded({**event, "amount": float("nan")})


def _twice(field: str) -> Spoil:
    """Write a field a second time, with another value."""

    def repeat(event: Event, _dice: random.Random) -> bytes:
        return _encoded(event)[:-1] + f', "{field}": {event[field] + 1}}}'.encode()

    return repeat


def _one_of(*spoils: Spoil) -> Spoil:
    """Spoil an event in one of several ways."""
    return lambda event, dice: dice.choice(spoils)(event, dice)


_SPOILS: Mapping[str, Spoil] = {
    "not_json": _not_json,
    "transaction_id_missing": _missing("transaction_id"),
    "event_time_missing": _missing("event_time"),
    "event_time_invalid": _changed(
        "event_time",
        lambda _: "yesterday",
        lambda time: f"about {time}",
        lambda time: time.rstrip("Z"),
        lambda time: time.replace("T", " ").rstrip("Z"),
        lambda time: time[:10],
    ),
    "customer_id_missing": _missing("customer_id"),
    "customer_id_invalid": _one_of(
        _changed(
            "customer_id",
            lambda customer: f"C-{customer}",
            lambda customer: customer + 0.5,
            float,
            lambda customer: f"{customer:07}",
        ),
        _twice("customer_id"),
    ),
    "terminal_id_missing": _missing("terminal_id"),
    "amount_missing": _missing("amount"),
    "amount_invalid": _changed(
        "amount",
        lambda _: "twelve",
        lambda amount: {"value": amount, "currency": "EUR"},
        lambda amount: f"{amount}d",
        lambda amount: amount + 0.001,
        lambda amount: f"{amount}{'0' * 30}1",
    ),
    "amount_negative": _changed("amount", lambda amount: round(-amount - 0.01, 2)),
    "late": _late,
    "future": _changed("event_time", lambda time: _FAR_YEAR + time[4:]),
}
