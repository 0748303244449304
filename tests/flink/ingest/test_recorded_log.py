from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from datasets.fraud.dirt import DEFAULT_RATES
from datasets.fraud.raw_events import record_raw
from tests.flink.ingest.conftest import Record, run_ingest, write_log
from tests.local_tables import read_lines

if TYPE_CHECKING:
    from pathlib import Path


def payments(rows: int) -> pd.DataFrame:
    """Payments of two hours."""
    draw = np.random.RandomState(0)
    seconds = np.sort(draw.randint(0, 7_200, rows))
    return pd.DataFrame(
        {
            "transaction_id": np.arange(rows),
            "event_time": pd.Timestamp("2018-04-10", tz="UTC") + pd.to_timedelta(seconds, unit="s"),
            "customer_id": draw.randint(0, 50, rows),
            "terminal_id": draw.randint(0, 90, rows),
            "amount": draw.randint(0, 20_000, rows) / 100,
        }
    )


@pytest.mark.flink
def test_every_record_comes_out_once_as_a_transaction_or_as_the_dead_letter_it_was_made_to_be(
    root: Path, tmp_path: Path
) -> None:
    frame = payments(400)
    expected = record_raw(frame, tmp_path, seed=5, rates=dict.fromkeys(DEFAULT_RATES, 0.02))
    found = run_ingest(root, tmp_path)
    assert found.reasons == expected.dead_letters
    assert len(found.transactions) == expected.clean
    assert len(found.transactions) + sum(found.reasons.values()) == expected.events_in
    assert {(row["transaction_id"], row["amount"]) for row in found.transactions} == {
        *zip(frame["transaction_id"].tolist(), frame["amount"].tolist())
    }


@pytest.mark.flink
def test_a_message_without_bytes_is_a_dead_letter_and_stops_nothing(root: Path, tmp_path: Path) -> None:
    """Kafka's tombstone."""
    log = [Record(1_523_340_000_000 + number, b"{}") for number in range(3)]
    write_log(tmp_path, log)
    path = tmp_path / "transactions_raw" / "log.jsonl"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join([lines[0], json.dumps({**json.loads(lines[1]), "payload": None}), lines[2]]) + "\n"
    )
    found = run_ingest(root, tmp_path)
    assert found.reasons == {"transaction_id_missing": 2, "not_json": 1}
    letters = {row["source_offset"]: row["payload"] for row in read_lines(tmp_path / "dead_letters")}
    assert letters[1] == ""
