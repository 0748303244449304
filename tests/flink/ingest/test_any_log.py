"""What holds for every log, tried on logs that nobody thought of."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Callable

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.flink.ingest.conftest import Ingested, Record, iso, milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    Ingest = Callable[[Sequence[Record]], Ingested]

BOUND = 5_000
TOLERANCE = 10_000
MORNING = 1_523_340_000_000
"""10 April 2018, 06:00 UTC, in milliseconds."""
CENTURY = 3_000_000_000_000

few_runs = settings(
    max_examples=2,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
waits = st.integers(0, 3_000)
in_time = st.integers(1 - BOUND, TOLERANCE)
"""Event time less arrival, of an event that nobody may refuse."""


def payment(number: int, event_time: int) -> bytes:
    event = {"transaction_id": number, "event_time": iso(event_time), "customer_id": number % 7}
    return json.dumps({**event, "terminal_id": number % 11, "amount": number % 100 + 0.25}).encode()


def log_of(steps: Sequence[tuple[int, int, int]]) -> list[Record]:
    """Records from (wait since the one before, event time less arrival, how far back the id is another's)."""
    log: list[Record] = []
    arrived = MORNING
    for number, (wait, skew, back) in enumerate(steps):
        arrived += wait
        log.append(Record(arrived, payment(max(0, number - back), arrived + skew)))
    return log


def by_the_book(log: Sequence[Record]) -> Counter[str]:
    """Each record's fate, as contracts and views state it."""
    fates: Counter[str] = Counter()
    seen: set[int] = set()
    watermark = float("-inf")
    for record in log:
        event = json.loads(record.payload)
        time = milliseconds(event["event_time"])
        number = event["transaction_id"]
        if time > record.arrived + TOLERANCE:
            fates["future"] += 1
            continue
        late, watermark = time <= watermark, max(watermark, min(time, record.arrived) - BOUND)
        fate = "late" if late else "duplicate" if number in seen else "transaction"
        fates[fate] += 1
        seen |= {number} if not late else set()
    return fates


@pytest.mark.flink
@few_runs
@given(
    steps=st.lists(
        st.tuples(
            waits, in_time | st.integers(-4 * BOUND, 2 * TOLERANCE) | st.just(CENTURY), st.integers(0, 3)
        ),
        min_size=300,
        max_size=300,
    )
)
def test_every_record_meets_the_fate_that_its_times_and_its_id_say(
    ingest: Ingest, steps: list[tuple[int, int, int]]
) -> None:
    log = log_of(steps)
    expected = by_the_book(log)
    assume({*expected} == {"transaction", "duplicate", "late", "future"})
    found = ingest(log)
    assert Counter({"transaction": len(found.transactions)}) + found.reasons == expected


@pytest.mark.flink
@few_runs
@given(
    events=st.lists(
        st.tuples(waits, st.lists(in_time, min_size=1, max_size=3).map(tuple)), min_size=150, max_size=150
    ),
    futures=st.lists(st.integers(0, 10_000), min_size=20, max_size=20),
)
def test_shuffling_within_the_bound_repeating_and_events_of_the_future_change_no_transaction(
    ingest: Ingest, events: list[tuple[int, tuple[int, ...]]], futures: list[int]
) -> None:
    """Each event arrives once or more often, as early or late as it may, with records of the year 2113 in between."""
    assume(len({*events}) > 100)
    times = [MORNING + sum(wait for wait, _ in events[: number + 1]) for number in range(len(events))]
    arrivals = [
        Record(time - skew, payment(number, time))
        for number, (time, (_, skews)) in enumerate(zip(times, events))
        for skew in skews
    ]
    dated_ahead = [
        Record(MORNING + at, payment(1_000 + number, MORNING + CENTURY)) for number, at in enumerate(futures)
    ]
    found = ingest(sorted([*arrivals, *dated_ahead], key=lambda record: record.arrived))
    assert found.payments == {
        (time, number, number % 7, number % 11, number % 100 + 0.25) for number, time in enumerate(times)
    }
    assert len(found.transactions) == len(events)
    assert found.reasons == {"future": len(futures), "duplicate": len(arrivals) - len(events)}
