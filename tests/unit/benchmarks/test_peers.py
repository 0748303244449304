"""What peers compute is what the oracle computes, whatever the stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.payments import label_records, payment_records
from benchmarks.pipeline.peers.floor import by_pandas
from benchmarks.pipeline.peers.steps import FEATURES, NOTHING, at_customer, at_terminal
from benchmarks.truth import Truth
from benchmarks.windows import DAY, time_features, with_row
from datasets.fraud.benchmark import START

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.windows import Kept

BOTH = ("customer", "terminal")

payment = st.tuples(
    st.integers(0, 50 * DAY // 3_600_000 - 1),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(1, 10_000),
    st.booleans(),
)
streams = st.lists(payment, min_size=1, max_size=40, unique_by=lambda each: each[0])


def frame_of(rows: list[tuple[int, int, int, int, bool]]) -> pd.DataFrame:
    """Payments on whole hours, no two at one time: many windows end exactly on one."""
    hours, customers, terminals, cents, frauds = zip(*sorted(rows))
    return pd.DataFrame(
        {
            "transaction_id": range(len(rows)),
            "event_time": (START + pd.to_timedelta(hours, unit="h")).astype("datetime64[ms, UTC]"),
            "customer_id": customers,
            "terminal_id": terminals,
            "amount": np.array(cents) / 100,
            "fraud": np.array(frauds, dtype="int8"),
        }
    )


def in_order(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Payments and verdicts by time, verdicts first where they tie."""
    verdicts = [(each["available_at"], 0, each) for _, each in label_records(frame)]
    paid = [(each["event_time"], 1, each) for _, each in payment_records(frame)]
    return [each for _, _, each in sorted([*verdicts, *paid], key=lambda it: it[:2])]


def answered(frame: pd.DataFrame) -> list[dict[str, Any]]:
    customers: dict[int, Kept] = {}
    terminals: dict[int, Kept] = {}
    found = []
    for event in in_order(frame):
        given = event
        if "available_at" not in event:
            customer = event["customer_id"]
            customers[customer], given = at_customer(event, customers.get(customer, NOTHING))
        terminal = event["terminal_id"]
        terminals[terminal], complete = at_terminal(given, terminals.get(terminal, NOTHING))
        if complete:
            found.append({"transaction_id": complete["transaction_id"], **complete[FEATURES]})
    return found


@settings(deadline=None, max_examples=40)
@given(streams)
def test_a_stateful_peer_gives_the_features_of_the_oracle(
    rows: list[tuple[int, int, int, int, bool]],
) -> None:
    frame = frame_of(rows)
    wanted = Truth(frame).features().set_index("transaction_id")
    given = pd.DataFrame(answered(frame)).set_index("transaction_id")
    pd.testing.assert_frame_equal(
        given.sort_index(), wanted[given.columns].sort_index(), check_dtype=False, rtol=1e-9
    )


@settings(deadline=None, max_examples=25)
@given(streams)
def test_pandas_gives_the_features_of_the_oracle(rows: list[tuple[int, int, int, int, bool]]) -> None:
    frame = frame_of(rows)
    labels = frame[["transaction_id", "terminal_id", "fraud"]].assign(
        available_at=frame["event_time"] + pd.Timedelta(days=7)
    )
    given = by_pandas(frame.drop(columns="fraud"), labels).set_index("transaction_id").sort_index()
    wanted = Truth(frame).features().set_index("transaction_id").sort_index()
    features = [
        name for name in wanted.columns if name.split("_")[0] in {*BOTH, "is", "amount"} and "id" not in name
    ]
    pd.testing.assert_frame_equal(given[features], wanted[features], check_dtype=False, rtol=1e-9)


def test_verdicts_that_come_after_a_moment_are_not_known_then(tmp_path: Path) -> None:
    frame = frame_of([(0, 0, 0, 100, True), (24 * 3, 0, 0, 100, True), (24 * 9, 0, 0, 100, False)])
    until = frame["event_time"].iloc[1]
    assert Truth(frame, until).features()["terminal_count_30d"].tolist() == [0]
    assert Truth(frame).features()["terminal_count_30d"].tolist() == [0, 0, 1]
    row = {"transaction_id": 2, **Truth(frame, until).features().iloc[0][2:].drop("event_time").to_dict()}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    assert Truth(frame, until).check("ours", tmp_path, BOTH) == 1


@pytest.mark.parametrize(
    ("days", "hour", "wanted"), [(2, 6, (1, 1)), (4, 7, (0, 0)), (1, 23, (0, 0)), (3, 0, (1, 1))]
)
def test_weekend_and_night_are_those_of_utc(days: int, hour: int, wanted: tuple[int, int]) -> None:
    found = time_features(days * DAY + hour * 3_600_000)
    assert (found["is_weekend"], found["is_night"]) == wanted


def test_what_comes_late_is_put_in_its_place_and_what_no_window_reaches_goes() -> None:
    kept = with_row(with_row(([], []), 40 * DAY, 4), 20 * DAY, 2)
    assert kept == ([20 * DAY, 40 * DAY], [2, 4])
    assert with_row(kept, 50 * DAY, 5) == ([40 * DAY, 50 * DAY], [4, 5])
