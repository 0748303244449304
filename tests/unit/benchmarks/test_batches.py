"""What a peer in micro-batches computes is what the oracle computes, however the stream is cut and mixed."""

from __future__ import annotations

import json
from itertools import filterfalse, groupby
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pipeline.peers.batches import UNKNOWN, customer_batch, terminal_batch
from benchmarks.pipeline.peers.steps import FEATURES, NOTHING
from benchmarks.truth import Truth
from tests.unit.benchmarks.test_peers import frame_of, in_order, streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.pipeline.peers.steps import Event

CUSTOMERS, TERMINALS = "customer_id", "terminal_id"


def stepped(
    events: Iterable[Event],
    key: str,
    state: dict[int, str],
    batch: Callable[..., tuple[Any, list[Event]]],
    nothing: Any,
) -> list[Event]:
    """What a batch gives, each key with its state as JSON, as Spark has it."""
    found = []
    for each, of_key in groupby(sorted(events, key=lambda it: it[key]), key=lambda it: it[key]):
        kept = json.loads(state[each]) if each in state else nothing
        kept, given = batch(list(of_key), kept)
        state[each] = json.dumps(kept)
        found += given
    return found


def is_payment(event: Event) -> bool:
    return "available_at" not in event


def twice_paid(events: list[Event]) -> list[Event]:
    return [*events, *filter(is_payment, events)]


def answered(batches: Iterable[list[Event]]) -> list[dict[str, Any]]:
    customers: dict[int, str] = {}
    terminals: dict[int, str] = {}
    found = []
    for batch in batches:
        paid, verdicts = [*filter(is_payment, batch)], [*filterfalse(is_payment, batch)]
        known = stepped(paid, CUSTOMERS, customers, customer_batch, UNKNOWN)
        complete = stepped([*known, *verdicts], TERMINALS, terminals, terminal_batch, NOTHING)
        found += [{"transaction_id": it["transaction_id"], **it[FEATURES]} for it in complete]
    return found


@settings(deadline=None, max_examples=40)
@given(streams, st.lists(st.integers(1, 100), max_size=5), st.randoms(use_true_random=False))
def test_batches_give_the_features_of_the_oracle_each_payment_once(
    rows: list[tuple[int, int, int, int, bool]], cuts: list[int], chance: Any
) -> None:
    frame = frame_of(rows)
    events = in_order(frame)
    places = [0, *sorted(cuts), len(events)]
    batches = [twice_paid(events[begin:end]) for begin, end in zip(places, places[1:])]
    for batch in batches:
        chance.shuffle(batch)
    wanted = Truth(frame).features().set_index("transaction_id")
    given = pd.DataFrame(answered(batches)).set_index("transaction_id")
    pd.testing.assert_frame_equal(
        given.sort_index(), wanted[given.columns].sort_index(), check_dtype=False, rtol=1e-9
    )


def test_a_payment_that_comes_again_in_a_later_batch_is_not_answered_again() -> None:
    (payment,) = filter(is_payment, in_order(frame_of([(0, 0, 0, 100, False)])))
    known, found = customer_batch([payment], UNKNOWN)
    assert len(found) == 1
    assert customer_batch([payment], known) == (known, [])


def test_a_verdict_counts_for_a_payment_of_its_moment_whatever_comes_first_in_a_batch() -> None:
    frame = frame_of([(0, 0, 0, 100, True), (24 * 7, 0, 0, 100, False)])
    verdict, later = (it for it in in_order(frame)[1:3])
    _, (paid,) = customer_batch([later], UNKNOWN)
    for batch in ([paid, verdict], [verdict, paid]):
        _, (complete,) = terminal_batch(batch, NOTHING)
        assert complete[FEATURES]["terminal_count_7d"] == 1
        assert complete[FEATURES]["terminal_fraud_avg_7d"] == 1.0
