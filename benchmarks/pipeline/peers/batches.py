"""What a peer that works in micro-batches does with those events of a batch that one key has; nothing of Spark.

A batch has no order that could be relied on after a shuffle, so the events of a key are put in the order of time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.pipeline.peers.steps import FEATURES, NOTHING, Event, at_customer, at_terminal
from benchmarks.windows import Kept

if TYPE_CHECKING:
    from collections.abc import Iterable

Known = tuple[Kept, list[int]]
"""What a customer keeps, and the ids of all payments so far."""
UNKNOWN: Known = (NOTHING, [])


def customer_batch(payments: Iterable[Event], known: Known) -> tuple[Known, list[Event]]:
    """What is known of a customer after a batch, and its payments with the features known there, each id once."""
    kept, ids = known
    seen, found = {*ids}, []
    for payment in sorted(payments, key=_moment):
        if payment["transaction_id"] not in seen:
            seen.add(payment["transaction_id"])
            kept, event = at_customer(payment, kept)
            found.append(event)
    return (kept, [*ids, *(event["transaction_id"] for event in found)]), found


def terminal_batch(events: Iterable[Event], kept: Kept) -> tuple[Kept, list[Event]]:
    """What a terminal keeps after a batch, and its payments with all their features."""
    found = []
    for event in sorted(events, key=_moment):
        kept, complete = at_terminal(event, kept)
        if complete is not None:
            found.append(complete)
    return kept, found


def _moment(event: Event) -> tuple[str, bool]:
    """When an event counts: a payment when it is made, a verdict once it is known, before a payment of that time."""
    is_payment = FEATURES in event or "available_at" not in event
    return event["event_time"] if is_payment else event["available_at"], is_payment
