"""The tables of the ``local`` environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from datasets.fraud import build
from datasets.fraud.benchmark import benchmark
from datasets.fraud.tables import write_labels, write_transactions

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return benchmark(1, 2)


def test_a_transaction_of_history_is_one_line(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write_transactions(frame.head(1), tmp_path)
    first = frame.iloc[0]
    assert path == tmp_path / "transactions_history" / "history.jsonl"
    assert rows(path) == [
        {
            "transaction_id": first["transaction_id"],
            "customer_id": first["customer_id"],
            "terminal_id": first["terminal_id"],
            "amount": first["amount"],
            "event_time": f"2018-04-02T{first['event_time']:%H:%M:%S}.000Z",
            "arrived_at": f"2018-04-02T{first['event_time']:%H:%M:%S}.000Z",
            "source": "history",
            "source_offset": 0,
        }
    ]


def test_history_keeps_the_rows_and_their_order(frame: pd.DataFrame, tmp_path: Path) -> None:
    written = rows(write_transactions(frame, tmp_path))
    for column in ("transaction_id", "customer_id", "terminal_id", "amount"):
        assert [row[column] for row in written] == frame[column].tolist()
    assert [row["source_offset"] for row in written] == list(range(len(frame)))
    assert [pd.Timestamp(row["event_time"]) for row in written] == frame["event_time"].tolist()


def test_amounts_are_plain_numbers_of_two_decimals_at_most(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write_transactions(frame.head(4).assign(amount=[0.01, 1234567.89, 12.5, 0.0]), tmp_path)
    assert [line.split('"amount":')[1].split(",")[0] for line in path.read_text().splitlines()] == [
        "0.01",
        "1234567.89",
        "12.5",
        "0.0",
    ]


def test_history_may_be_written_as_another_table(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write_transactions(frame.head(2), tmp_path, table="transactions_history")
    assert path == tmp_path / "transactions_history" / "history.jsonl"
    assert len(rows(path)) == 2


def test_milliseconds_are_kept(frame: pd.DataFrame, tmp_path: Path) -> None:
    later = frame.head(1).assign(event_time=frame["event_time"] + pd.Timedelta(milliseconds=7))
    assert rows(write_transactions(later, tmp_path))[0]["event_time"].endswith(".007Z")


def test_a_label_comes_seven_days_after_its_transaction(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = write_labels(frame, tmp_path)
    written = rows(path)
    assert path == tmp_path / "labels" / "history.jsonl"
    assert list(written[0]) == [
        "transaction_id",
        "customer_id",
        "terminal_id",
        "fraud",
        "event_time",
        "available_at",
    ]
    delays = {pd.Timestamp(row["available_at"]) - pd.Timestamp(row["event_time"]) for row in written}
    assert delays == {pd.Timedelta(days=7)}


def test_labels_keep_every_transaction_and_its_fraud(frame: pd.DataFrame, tmp_path: Path) -> None:
    written = rows(write_labels(frame, tmp_path))
    columns = ["transaction_id", "customer_id", "terminal_id", "fraud"]
    assert [tuple(row[column] for column in columns) for row in written] == list(
        frame[columns].itertuples(index=False, name=None)
    )


def test_labels_come_in_the_order_they_become_known(frame: pd.DataFrame, tmp_path: Path) -> None:
    written = rows(write_labels(frame.sample(frac=1, random_state=3), tmp_path))
    known = [row["available_at"] for row in written]
    assert known == sorted(known)


def test_a_folder_name_with_a_quote_is_no_problem(frame: pd.DataFrame, tmp_path: Path) -> None:
    assert len(rows(write_labels(frame.head(3), tmp_path / "it's here"))) == 3


def test_build_fills_the_folder_with_the_days_asked_for(tmp_path: Path) -> None:
    reports: list[tuple[str, int, int]] = []
    folder = build(tmp_path / "data", 0, 0, lambda *report: reports.append(report))
    assert folder == tmp_path / "data"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "labels/history.jsonl",
        "transactions.parquet",
        "transactions_history/history.jsonl",
    ]
    assert {row["event_time"][:10] for row in rows(folder / "transactions_history" / "history.jsonl")} == {
        "2018-04-01"
    }
    assert reports[-1] == ("tables", 2, 2)
