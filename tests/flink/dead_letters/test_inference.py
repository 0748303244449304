from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.dead_letters.replay import replay
from headrace.dead_letters.report import Request
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, start
from tests.flink.dead_letters.raw_log import payment, write_log, write_rows
from tests.local_tables import read_lines

if TYPE_CHECKING:
    from pathlib import Path

# A prediction says which features it was made of; "the model" is a list of amounts that it fails on.
SCORING = """
import json

from pyflink.table import DataTypes
from pyflink.table.udf import ScalarFunction, udf
from pyflink.common import Row

FIELDS = ("score", "decision", "model_version", "reasons", "error", "shadows")
TYPES = (DataTypes.DOUBLE(), *[DataTypes.STRING()] * 5)


class Score(ScalarFunction):
    def open(self, context):
        self.bad = [float(each) for each in context.get_job_parameter("headrace.model", "").split()]

    def eval(self, row, event_time, key):
        features = row.as_dict()
        if features["amount"] in self.bad:
            return Row(None, None, None, None, "bad amount", None)
        return Row(0.25, "pass", "v1", json.dumps(features), None, None)


score = udf(Score(), result_type=DataTypes.ROW([DataTypes.FIELD(*field) for field in zip(FIELDS, TYPES)]))
"""
FIX = """
import json

def positive(payload):
    event = json.loads(payload)
    return json.dumps({**event, "amount": abs(event["amount"])}).encode()
"""
DAY = "2018-04-10T"
LOG = [
    (f"{DAY}10:00:01", payment(1, f"{DAY}10:00:00", 7, 10)),
    (f"{DAY}10:00:11", payment(2, f"{DAY}10:00:10", 7, -20.25)),
    (f"{DAY}10:01:01", payment(3, f"{DAY}10:01:00", 8, 30)),
    (f"{DAY}10:02:01", payment(4, f"{DAY}10:02:00", 8, 66)),
    (f"{DAY}10:03:01", payment(5, f"{DAY}10:03:00", 8, 50)),
    (f"{DAY}10:04:01", payment(6, f"{DAY}10:04:00", 9, -77)),
    (f"{DAY}10:20:00", payment(7, f"{DAY}10:19:59", 10, 70)),
]


@pytest.fixture
def suite(root: Path, tmp_path: Path) -> Path:
    """The suite with a scoring function of our own, under a name that no other test imports."""
    copied = tmp_path / "suite"
    for folder in ("sql", "connectors", "flink-conf", "jobs", "operators"):
        shutil.copytree(root / folder, copied / folder)
    function = "CREATE TEMPORARY SYSTEM FUNCTION score AS 'picky_scoring.score' LANGUAGE PYTHON;"
    (copied / "sql" / "fraud" / "functions" / "score.sql").write_text(function)
    (copied / "picky_scoring.py").write_text(SCORING)
    (copied / "positive_amounts_only.py").write_text(FIX)
    return copied


def past(number: int, time: str, customer: int, amount: float) -> dict[str, Any]:
    """A row of the history."""
    event = json.loads(payment(number, time, customer, amount))
    return {**event, "arrived_at": f"{time}Z", "source": "history", "source_offset": number}


def label(number: int, customer: int) -> dict[str, Any]:
    """A fraud that was known one minute before ten."""
    event = json.loads(payment(number, "2018-04-03T09:59:00", customer, 1))
    return {**event, "fraud": 1, "available_at": f"{DAY}09:59:00Z"}


def by_id(data: Path, table: str) -> dict[int, dict[str, Any]]:
    """Rows of a table; fails when an event has two."""
    rows = read_lines(data / table)
    found = {row["transaction_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.flink
def test_missing_predictions_are_made_with_the_windows_of_their_time_and_nothing_is_doubled(
    suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite)
    data = tmp_path / "data"
    write_log(data, LOG)
    write_rows(data, "transactions_history", [past(90, "2018-04-07T10:00:00", 7, 5)])
    write_rows(data, "labels", [label(91, 107), label(92, 108)])
    run = Run(
        suite,
        load_job(suite, "realtime"),
        data,
        parameters={"headrace.model": "66 77"},
        options={"parallelism.default": "1"},
    )
    start(run).wait()
    assert by_id(data, "transactions").keys() == {1, 3, 4, 5, 7}
    assert by_id(data, "predictions").keys() == {1, 3, 5, 7}
    features = by_id(data, "transaction_features")[4]

    repaired = replace(run, parameters={"headrace.model": "77"})
    report = replay(Request(repaired, fix="positive_amounts_only:positive"))
    assert (report.chosen, report.accepted, report.refused) == (3, 3, {})
    assert report.moved == {"transactions": 2, "transaction_features": 2, "predictions": 2, "dead_letters": 1}

    assert by_id(data, "transactions").keys() == {1, 2, 3, 4, 5, 6, 7}
    assert by_id(data, "transaction_features").keys() == {1, 2, 3, 4, 5, 6, 7}
    assert by_id(data, "predictions").keys() == {1, 2, 3, 4, 5, 7}
    seen = json.loads(by_id(data, "predictions")[4]["reasons"])
    assert seen == {name: features[name] for name in seen}
    second = by_id(data, "transaction_features")[2]
    assert (second["customer_count_1d"], second["customer_amount_avg_1d"]) == (2, 15.125)
    assert (second["customer_count_7d"], second["terminal_count_1d"]) == (3, 0)
    assert [
        row["source_offset"] for row in read_lines(data / "dead_letters") if row["stage"] == "inference"
    ] == [4, 6]

    again = replay(Request(repaired, frozenset({"amount_negative"})))
    assert (again.sent, again.already_there) == (0, 2)
