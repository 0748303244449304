"""A history of payments in a data folder, two versions, and what one of them decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from headrace.models.artifact import load_artifact
from headrace.models.definition import load_definition
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from headrace.training.period import Period, moment
from headrace.whatif.comparison import Draws
from headrace.whatif.costs import Costs
from headrace.whatif.history import History
from headrace.whatif.replay import Question
from headrace.whatif.sides import Version
from tests.artifact import make_artifact
from tests.local_tables import ROOT
from tests.unit.dead_letters.conftest import put

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.tables.contract import Table
    from headrace.whatif.result import WhatIf

FIRST = "2018-05-03"
COSTS = Costs(currency="EUR", amount="amount", review_cost=4, recovered_share=0.8, reviews_a_day=60)
WEEK = Period(moment(FIRST), moment("2018-05-10"))
ROWS = 600
CUSTOMERS = 60


@pytest.fixture(scope="session")
def tables() -> dict[str, Table]:
    return read_tables(Suite(ROOT).use_case("fraud"))


def payments() -> list[dict[str, Any]]:
    """Payments of five days with what was known of each; the dear ones are fraud, and some others."""
    draw = np.random.RandomState(1)
    rows = []
    for number in range(ROWS):
        features = {
            each.name: round(float(draw.uniform(0, 200)), 2)
            if each.type == "DOUBLE"
            else int(draw.randint(0, 2))
            for each in load_definition(ROOT, "fraud").features
        }
        time = pd.Timestamp(FIRST) + pd.Timedelta(minutes=12 * number)
        ids = {"transaction_id": number, "customer_id": int(draw.randint(CUSTOMERS)), "terminal_id": 8}
        rows.append({**ids, "event_time": f"{time.isoformat()}Z", **features})
    return rows


def verdict(payment: dict[str, Any]) -> dict[str, Any]:
    """The label of a payment, known a week later."""
    known = pd.Timestamp(payment["event_time"]) + pd.Timedelta(days=7)
    fraud = int(payment["amount"] > 110 or payment["transaction_id"] % 41 == 0)
    ids = {name: payment[name] for name in ("transaction_id", "customer_id", "terminal_id", "event_time")}
    return {**ids, "fraud": fraud, "available_at": known.isoformat().replace("+00:00", "Z")}


def prediction(payment: dict[str, Any], decision: str, version: str = "fraud-old") -> dict[str, Any]:
    """What was decided on a payment."""
    ids = {
        name: payment[name]
        for name in ("transaction_id", "customer_id", "terminal_id", "event_time", "amount")
    }
    return {**ids, "score": 0.5, "decision": decision, "model_version": version, "reasons": "[]"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with features and labels, and no predictions."""
    rows = payments()
    put(tmp_path / "data", "transaction_features", rows)
    put(tmp_path / "data", "labels", map(verdict, rows))
    return tmp_path / "data"


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two versions of the same scores; the strict one alerts from a higher score on."""
    folder = tmp_path_factory.mktemp("versions")
    make_artifact(folder / "fraud-a", "fraud-a")
    make_artifact(folder / "fraud-strict", "fraud-strict", 0.99)
    return folder


@pytest.fixture
def question(tables: dict[str, Table], data: Path, versions: Path) -> Question:
    """What if the strict one had decided instead of the other."""
    return Question(
        use_case="fraud",
        tables=tables,
        data=data,
        features="transaction_features",
        period=WEEK,
        costs=COSTS,
        candidate=Version(load_artifact(versions / "fraud-strict")),
        baseline=Version(load_artifact(versions / "fraud-a")),
        draws=Draws(resamples=300),
    )


@pytest.fixture
def same(question: Question) -> Question:
    """What if the same one had decided."""
    return replace(question, candidate=replace(question.baseline or question.candidate, threshold=None))


def history(
    entities: Sequence[int], labels: Sequence[float], amounts: Sequence[float] | None = None
) -> History:
    """Events of one day, as they would have been read."""
    count = len(labels)
    return History(
        frame=pd.DataFrame(index=range(count)),
        entities=np.asarray(entities, dtype=np.intp),
        days=np.zeros(count, dtype=np.int64),
        first=moment(FIRST),
        amounts=np.asarray(amounts if amounts is not None else [10.0] * count, dtype=np.float64),
        labels=np.asarray(labels, dtype=np.float64),
        labels_until=moment("2018-05-17"),
        alerts=None,
        deciders=(),
        undecided=0,
        sha256="0" * 64,
    )


def value(found: WhatIf, side: str, name: str) -> float | None:
    """A measure of a side."""
    estimate: float | None = getattr(found.measured, side)[name].value
    return estimate
