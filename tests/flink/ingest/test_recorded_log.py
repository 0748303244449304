from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from datasets.fraud.dirt import DEFAULT_RATES
from datasets.fraud.raw_events import record_raw
from tests.flink.ingest.conftest import run_ingest

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
