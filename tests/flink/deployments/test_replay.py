"""A replay through promotions, a canary and a rollback: each event under the version that the log gives it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from headrace.deployments.record import Record, to_millis
from headrace.deployments.roles import version
from headrace.models.artifact import load_artifact
from headrace.models.definition import load_definition
from headrace.models.scorer import Scorer
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, make_importable, start
from headrace.training.period import moment
from tests.artifact import make_frame
from tests.deployment_log import make_log
from tests.local_tables import ROOT, read_lines

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = 17
DEPLOYMENTS = [
    {"role": "champion", "version": "fraud-1"},
    {"role": "shadow", "version": "fraud-3", "effective_from": "2018-05-01T01:00:00Z", "share": 0.5},
    {"role": "canary", "version": "fraud-2", "effective_from": "2018-05-01T02:00:00Z", "share": 0.5},
    {"role": "champion", "version": "fraud-2", "effective_from": "2018-05-01T03:00:00Z"},
    {"role": "champion", "version": "fraud-1", "effective_from": "2018-05-01T04:30:00Z"},
]


@pytest.fixture
def events(tmp_path: Path) -> list[dict[str, Any]]:
    """Payments with features, one a minute, as the job that scores reads them."""
    frame = make_frame(load_definition(ROOT, "fraud"))
    names = [feature.name for feature in load_definition(ROOT, "fraud").features]
    rows = [
        {
            **row,
            "transaction_id": number,
            "customer_id": number % CUSTOMERS,
            "terminal_id": 1,
            "event_time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "amount": round(row["amount"], 2),
        }
        for number, (row, time) in enumerate(zip(frame[names].to_dict("records"), frame["event_time"]))
    ]
    (tmp_path / "transaction_features").mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "transaction_features" / "rows.jsonl").write_text(lines)
    return rows


def replay(data: Path, **options: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Score all events anew; returns predictions and those of shadows, in order of transactions."""
    make_importable(ROOT)
    parameters = {"headrace.deployments": str(data / "deployments")}
    options = {"restart-strategy.type": "none", **options}
    start(
        Run(ROOT, load_job(ROOT, "score"), data, parameters=parameters, overwrite=True, options=options)
    ).wait(every=0.1)
    return ordered(data / "predictions"), ordered(data / "shadow_predictions")


def ordered(folder: Path) -> list[dict[str, Any]]:
    return sorted(read_lines(folder), key=lambda row: row["transaction_id"])


def expected(records: list[Record], event: dict[str, Any]) -> tuple[str, list[str]]:
    """The version that decides on an event, and those that score beside it."""
    choice = version(records, to_millis(moment(event["event_time"])), str(event["customer_id"]))
    assert choice.scored_by is not None
    return choice.scored_by.version, [shadow.version for shadow in choice.shadows]


@pytest.mark.flink
def test_each_event_is_scored_by_the_version_that_the_log_gives_it_in_every_replay(
    events: list[dict[str, Any]], tmp_path: Path
) -> None:
    records = make_log(tmp_path, DEPLOYMENTS)
    predictions, shadows = replay(tmp_path)
    given = [expected(records, event) for event in events]
    assert [row["model_version"] for row in predictions] == [decided for decided, _ in given]
    assert Counter(row["model_version"] for row in predictions).keys() == {"fraud-1", "fraud-2"}
    beside = [(event["transaction_id"], each) for event, (_, others) in zip(events, given) for each in others]
    assert [(row["transaction_id"], row["model_version"]) for row in shadows] == beside
    assert 0 < len(beside) < len(events)
    model = Scorer(load_artifact(tmp_path / "models" / "fraud-3"), reasons=0)
    names = [feature.name for feature in model.features]
    for row in shadows[:20]:
        event = events[row["transaction_id"]]
        assert row["score"] == model.score_one({name: event[name] for name in names}).score
    again = replay(tmp_path, **{"parallelism.default": "1", "python.fn-execution.bundle.size": "7"})
    assert again == (predictions, shadows)
