"""The real views against the oracle, on payments and verdicts that nobody thought of; many cases a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.flink.parity.drawn import (
    BOUND,
    DAY,
    Payment,
    Verdict,
    World,
    cents,
    iso,
    lay,
    record,
    side_by_side,
    verdicts_on,
    worlds,
)

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.parity.workbench import Workbench

    RunWay = Callable[[str, Callable[[Path], None]], Workbench]

pytestmark = pytest.mark.flink

WORLDS = 60
few_runs = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
SPOILT = [
    b'{"transaction_id": 1000000, "customer_id": 0, "terminal_id": 0, "event_time": "%s", "amount": NaN}',
    b'{"transaction_id": 1000001, "customer_id": 0, "terminal_id": 0, "event_time": "%s", "amount": null}',
    b'{"transaction_id": 1000002, "customer_id": 0, "terminal_id": 0, "event_time": "%s", "amount": 1e300}',
    b'{"transaction_id": 1000003, "customer_id": 0, "terminal_id": 0, "event_time": "%s", "amount": -0.01}',
    b'{"transaction_id": null, "customer_id": 0, "terminal_id": 0, "event_time": "%s", "amount": 1}',
]


@few_runs
@given(st.lists(worlds(), min_size=WORLDS, max_size=WORLDS))
def test_history_equals_the_oracle(run_way: RunWay, drawn: list[World]) -> None:
    world = side_by_side([*drawn, lonely()])
    bench = run_way("history", lambda folder: lay(world, folder))
    found = bench.compare("history", "oracle", {})
    assert found.differing == []
    assert (found.holds, found.rows) == (True, len(world.payments))


@few_runs
@given(st.lists(worlds(cents), min_size=WORLDS, max_size=WORLDS), st.randoms(use_true_random=False))
def test_raw_events_out_of_order_with_duplicates_and_dirt_equal_the_oracle(
    run_way: RunWay, drawn: list[World], dice: object
) -> None:
    world = side_by_side([*drawn, lonely()])
    jitter = [dice.randrange(BOUND) for _ in world.payments]  # type: ignore[attr-defined]
    at = iso(max(payment.at for payment in world.payments)).encode()
    spoilt = [message % at for message in SPOILT]

    def fill(folder: Path) -> None:
        lay(world, folder)
        record(world, spoilt, jitter, folder)

    found = run_way("raw", fill).compare("raw", "oracle", {})
    assert found.differing == []
    assert (found.holds, found.rows) == (True, len(world.payments))


@st.composite
def forks(draw: st.DrawFn) -> tuple[World, World, int]:
    """A world, the same with another future, and the last moment they share."""
    past = draw(worlds())
    moments = [each.at for each in past.payments] + [each.known_at for each in past.verdicts]
    cut = draw(st.sampled_from(moments)) if moments else 0
    kept = [each for each in past.payments if each.at <= cut]
    future = [each for each in past.payments if each.at > cut and draw(st.booleans())]
    changed = [each._replace(cents=draw(cents), customer=draw(st.integers(0, 1))) for each in future]
    added = [
        Payment(50 + number, draw(st.integers(0, 1)), draw(st.integers(0, 1)), cut + 1 + wait, draw(cents))
        for number, wait in enumerate(draw(st.lists(st.sampled_from([0, 1, DAY, 7 * DAY]), max_size=3)))
    ]
    known = [each for each in past.verdicts if each.known_at <= cut]
    later = [each for each in draw(verdicts_on([*kept, *changed, *added])) if each.known_at > cut]
    return past, World([*kept, *changed, *added], [*known, *later]), cut


@few_runs
@given(st.lists(forks(), min_size=WORLDS, max_size=WORLDS))
def test_no_feature_depends_on_what_comes_later(
    run_way: RunWay, drawn: list[tuple[World, World, int]]
) -> None:
    """Both futures run in one job, under different keys; the features up to the fork are the same."""
    one, other = (side_by_side(fork[side] for fork in drawn) for side in (0, 1))
    far = 1_000_000
    moved = other.moved(far, far)
    both = World([*one.payments, *moved.payments], [*one.verdicts, *moved.verdicts])
    bench = run_way("history", lambda folder: lay(both, folder))
    features = ", ".join(column.name for column in bench.contract.columns if column.name not in KEYS)
    query = f'SELECT transaction_id, {features} FROM "features of history"'  # noqa: S608 -- names of the contract
    rows = bench.connection.execute(query).fetchall()
    found = {row[0]: row[1:] for row in rows}
    shared = [
        payment.number + 100 * place
        for place, (past, _, cut) in enumerate(drawn)
        for payment in past.payments
        if payment.at <= cut
    ]
    assert len(shared) >= WORLDS
    assert {each: found[each + far] for each in shared} == {each: found[each] for each in shared}


KEYS = {"transaction_id", "customer_id", "terminal_id"}


def lonely() -> World:
    """A customer and a terminal that are seen once; the verdict is there before the payment, at its very moment."""
    payment = Payment(0, 5, 5, 1_525_000_000_000, 1)
    return World([payment], [Verdict(payment, 1, payment.at)])
