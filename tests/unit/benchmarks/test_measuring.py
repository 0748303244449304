"""How it is measured: in which order, of which payments, held against which truth."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from benchmarks.payments import label_records, made_up, of_keys, payment_records, with_hot_customer
from benchmarks.rolling.forms import FORMS, job
from benchmarks.rolling.schedule import cases
from benchmarks.rolling.sizes import Sizes
from benchmarks.rounds import interleaved
from benchmarks.truth import Truth
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400_000


def payments() -> pd.DataFrame:
    """Three payments of a customer: at noon, a day later to the millisecond, and a millisecond before that."""
    start = pd.Timestamp("2018-04-01T12:00:00Z")
    times = [start, start + pd.Timedelta(days=1, milliseconds=-1), start + pd.Timedelta(days=1)]
    return pd.DataFrame(
        {
            "transaction_id": [0, 1, 2],
            "customer_id": [7, 7, 7],
            "terminal_id": [1, 1, 1],
            "amount": [1.0, 2.0, 4.0],
            "fraud": [1, 0, 0],
            "event_time": pd.to_datetime(times),
        }
    )


def right_features() -> list[dict[str, float]]:
    counts = {"1d": [1, 2, 2], "7d": [1, 2, 3], "30d": [1, 2, 3]}
    means = {"1d": [1.0, 1.5, 3.0], "7d": [1.0, 1.5, 7 / 3], "30d": [1.0, 1.5, 7 / 3]}
    return [
        {
            "transaction_id": number,
            **{f"customer_count_{name}": found[number] for name, found in counts.items()},
            **{f"customer_amount_avg_{name}": found[number] for name, found in means.items()},
        }
        for number in range(3)
    ]


def written(folder: Path, rows: list[dict[str, float]]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_rounds_go_forth_and_back() -> None:
    assert list(interleaved("ab", 3)) == [(0, "a"), (0, "b"), (1, "b"), (1, "a"), (2, "a"), (2, "b")]


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len({*names}) == 21


def test_a_group_can_be_measured_by_itself() -> None:
    assert {case.group for case in cases(["hot"])} == {"hot10", "hot50"}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_finds_what_it_needs(form: str) -> None:
    values = {"HEADRACE_DATA": "data", "KAFKA_TOPIC_PREFIX": "full.", "KAFKA_BOOTSTRAP_SERVERS": "broker"}
    _, steps = job(form, "both", "bounded", values)
    created = {step.statement.name for step in steps}
    assert ("terminal_over_30d" in created) is (form == "over")
    assert ("rolling" in created) is (form == "arrival")


def test_a_hot_customer_has_the_share_that_was_asked_for() -> None:
    frame = with_hot_customer(made_up(1_000, 10).assign(customer_id=1), 0.5)
    assert frame["customer_id"].eq(0).mean() == pytest.approx(0.5, abs=0.02)


def test_made_up_payments_are_all_within_a_window_of_thirty_days() -> None:
    frame = made_up(10, 5)
    assert frame.groupby("customer_id").size().tolist() == [5] * 10
    assert frame["event_time"].is_monotonic_increasing
    assert frame["event_time"].max() - frame["event_time"].min() < pd.Timedelta(days=30)


def test_payments_of_many_keys_are_as_many_of_each_customer_and_terminal_and_always_the_same() -> None:
    frame = of_keys(1_000, 3)
    assert {*frame.groupby("customer_id").size()} == {*frame.groupby("terminal_id").size()} == {3}
    assert (frame["customer_id"].nunique(), frame["terminal_id"].nunique()) == (1_000, 1_000)
    assert frame["fraud"].mean() == pytest.approx(0.01, abs=0.01)
    pd.testing.assert_frame_equal(frame, of_keys(1_000, 3))


def test_a_verdict_is_known_a_week_after_the_payment() -> None:
    (_, payment), (key, verdict) = next(payment_records(payments())), next(label_records(payments()))
    assert payment["event_time"] == verdict["event_time"] == "2018-04-01T12:00:00.000Z"
    assert verdict["available_at"] == "2018-04-08T12:00:00.000Z"
    assert (key, verdict["fraud"]) == ("0", 1)


def test_the_truth_is_of_half_open_windows(tmp_path: Path) -> None:
    assert Truth(payments()).check("ours", written(tmp_path, right_features()), ("customer",)) == 3


@pytest.mark.parametrize("column", ["customer_count_1d", "customer_amount_avg_30d"])
def test_another_feature_is_refused(tmp_path: Path, column: str) -> None:
    rows = right_features()
    rows[2][column] += 1
    with pytest.raises(HeadraceError, match="theirs: 3 rows of 3"):
        Truth(payments()).check("theirs", written(tmp_path, rows), ("customer",))


def test_a_missing_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="2 rows of 3"):
        Truth(payments()).check("theirs", written(tmp_path, right_features()[:2]), ("customer",))


def test_the_size_counts_once_three_checkpoints_agree(tmp_path: Path) -> None:
    sizes, answers = Sizes(tmp_path), []
    for number, size in enumerate([30_000, 90_000, 90_010, 90_020]):
        for old in tmp_path.glob("job/chk-*/*"):
            old.unlink()
        metadata = tmp_path / "job" / f"chk-{number}" / "_metadata"
        metadata.parent.mkdir(parents=True)
        metadata.write_bytes(b"x" * size)
        os.utime(metadata, (number, number))
        answers += [sizes.look(), sizes.look()]
    assert answers == [False] * 6 + [True] * 2
