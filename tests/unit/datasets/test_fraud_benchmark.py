"""The benchmark is the published one, bit for bit."""

from __future__ import annotations

import pandas as pd
import pytest

from datasets.fraud import checksum
from datasets.fraud.benchmark import DayRangeError, benchmark
from datasets.fraud.checksum import PUBLISHED, compare, fingerprint, summary, verify
from datasets.fraud.population import customers
from datasets.fraud.spending import spending_of


@pytest.fixture(scope="module")
def whole() -> pd.DataFrame:
    return benchmark()


@pytest.fixture(scope="module")
def week() -> pd.DataFrame:
    return benchmark(0, 6)


def test_every_published_range_has_its_published_checksum(whole: pd.DataFrame) -> None:
    verdicts = list(compare(whole))
    assert [(v.first_day, v.last_day) for v in verdicts] == list(PUBLISHED)
    assert [v.found for v in verdicts] == list(PUBLISHED.values())
    assert all(v.holds for v in verdicts)


def test_verify_judges_what_is_made(week: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksum, "benchmark", lambda progress: week)  # noqa: ARG005 -- named by the caller
    assert [(v.first_day, v.last_day, v.holds) for v in verify()] == [(0, 6, True)]


def test_data_that_differs_does_not_hold(week: pd.DataFrame) -> None:
    (verdict,) = compare(week.assign(fraud=0))
    assert not verdict.holds
    assert (verdict.found.rows, verdict.found.frauds) == (66_976, 0)


def test_frauds_are_labelled_with_the_last_scenario_that_hit_them(whole: pd.DataFrame) -> None:
    assert whole["fraud_scenario"].value_counts().to_dict() == {0: 1_739_474, 1: 973, 2: 9_077, 3: 4_631}
    assert (whole["fraud"] == (whole["fraud_scenario"] > 0)).all()


def test_a_range_made_alone_equals_the_same_days_of_the_whole(
    whole: pd.DataFrame, week: pd.DataFrame
) -> None:
    cut = whole[whole["day"] <= 6]
    pd.testing.assert_frame_equal(week, cut)
    assert summary(week) == PUBLISHED[0, 6]


def test_a_later_range_keeps_the_ids_of_the_whole(whole: pd.DataFrame) -> None:
    days = benchmark(3, 4)
    cut = whole[whole["day"].between(3, 4)].reset_index(drop=True)
    pd.testing.assert_frame_equal(days, cut)


def test_a_customer_out_of_reach_of_all_terminals_pays_nothing() -> None:
    assert [len(column) for column in spending_of(customers()[0], [], 100)] == [0, 0, 0, 0]


def test_ids_number_the_transactions_in_the_order_of_time(whole: pd.DataFrame) -> None:
    assert whole["transaction_id"].tolist() == list(range(len(whole)))
    assert whole["event_time"].is_monotonic_increasing


def test_ten_customers_never_pay(whole: pd.DataFrame) -> None:
    assert whole["customer_id"].nunique() == 4990


def test_columns_have_the_documented_types(week: pd.DataFrame) -> None:
    assert {name: str(dtype) for name, dtype in week.dtypes.items()} == {
        "transaction_id": "int64",
        "event_time": "datetime64[ms, UTC]",
        "customer_id": "int64",
        "terminal_id": "int64",
        "amount": "float64",
        "fraud": "int8",
        "fraud_scenario": "int8",
        "day": "int64",
    }


def test_amounts_are_whole_cents(week: pd.DataFrame) -> None:
    assert week["amount"].map(lambda amount: float(f"{amount:.2f}") == amount).all()


def test_the_fingerprint_ignores_the_order_of_rows(week: pd.DataFrame) -> None:
    assert fingerprint(week.sample(frac=1, random_state=1)) == PUBLISHED[0, 6].sha256


@pytest.mark.parametrize("column", ["customer_id", "terminal_id", "amount", "fraud", "fraud_scenario"])
def test_the_fingerprint_sees_a_change_of_any_column(week: pd.DataFrame, column: str) -> None:
    changed = week.copy()
    changed.loc[17, column] += 1
    assert fingerprint(changed) != PUBLISHED[0, 6].sha256


def test_the_fingerprint_sees_a_change_of_time(week: pd.DataFrame) -> None:
    changed = week.copy()
    changed.loc[17, "event_time"] += pd.Timedelta(seconds=1)
    assert fingerprint(changed) != PUBLISHED[0, 6].sha256


@pytest.mark.parametrize(("first_day", "last_day"), [(-1, 3), (5, 4), (0, 183)])
def test_days_that_do_not_exist_are_refused_by_name(first_day: int, last_day: int) -> None:
    with pytest.raises(DayRangeError, match=rf"days 0 to 182; got days {first_day} to {last_day}"):
        benchmark(first_day, last_day)


def test_progress_reaches_the_total() -> None:
    reports: list[tuple[str, int, int]] = []
    benchmark(0, 0, lambda *report: reports.append(report))
    assert reports[0] == ("customers", 100, 5000)
    assert reports[-1] == ("customers", 5000, 5000)
