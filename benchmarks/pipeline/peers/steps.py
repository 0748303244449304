"""What a stateful peer does with an event, whatever keeps its state: no library, no clock, no I/O."""

from __future__ import annotations

from typing import Any, Optional

from benchmarks.windows import (
    Kept,
    customer_features,
    terminal_features,
    time_features,
    to_millis,
    with_row,
)

FEATURES = "features"
NOTHING: Kept = ([], [])
Event = dict[str, Any]


def at_customer(payment: Event, kept: Kept) -> tuple[Kept, Event]:
    """What a customer keeps with a payment, and the payment with the features known there.

    Args:
        payment: of the customer; nothing is changed in it.
        kept: times and cents of the customer's payments before.
    """
    now = to_millis(payment["event_time"])
    kept = with_row(kept, now, round(float(payment["amount"]) * 100))
    features = {"amount": float(payment["amount"]), **time_features(now), **customer_features(kept, now)}
    return kept, {**payment, FEATURES: features}


def at_terminal(event: Event, kept: Kept) -> tuple[Kept, Optional[Event]]:
    """What a terminal keeps with an event, and the payment with all its features; None for a verdict.

    Args:
        event: a payment as `at_customer` gives it, or a verdict.
        kept: when the terminal's verdicts before were known, and whether they were frauds.
    """
    if FEATURES not in event:
        return with_row(kept, to_millis(event["available_at"]), event["fraud"]), None
    found = terminal_features(kept, to_millis(event["event_time"]))
    return kept, {**event, FEATURES: {**event[FEATURES], **found}}
