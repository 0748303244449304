"""What only Flink can show: that names, NULL and results survive the way into a function and out again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer
from models.fraud import DEFINITION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from headrace.models.artifact import Artifact
    from headrace.runtime.session import Session

FIELDS = [f"{feature.name} {feature.type}" for feature in DEFINITION.features]
NULL_AT = 5
SCORED = """
SELECT number, s.score, s.decision, s.model_version, s.reasons, s.error, s.shadows FROM (
  SELECT number, scoring(CAST(ROW({names}) AS ROW<{fields}>)) AS s FROM payments
)
"""


def rows_of(session: Session, payments: pd.DataFrame, folder: Path, function: str) -> list[tuple[Any, ...]]:
    """Score payments in Flink, their features in the reverse order, one amount NULL."""
    numbered = payments.rename_axis("number").reset_index().astype({"amount": "Float64"})
    numbered.loc[NULL_AT, "amount"] = None
    numbered.to_json(folder / "payments.jsonl", orient="records", lines=True)
    environment = session.environment
    environment.execute_sql(
        f"CREATE TABLE payments (number INT, {', '.join(FIELDS)}) WITH "
        f"('connector' = 'filesystem', 'path' = '{folder.as_uri()}', 'format' = 'json')"
    )
    environment.execute_sql(
        f"CREATE TEMPORARY SYSTEM FUNCTION scoring AS 'udfs.scoring.{function}' LANGUAGE PYTHON"
    )
    names = ", ".join(reversed(DEFINITION.feature_names))
    query = SCORED.format(names=names, fields=", ".join(reversed(FIELDS)))
    return sorted(tuple(row) for row in environment.execute_sql(query).collect())


@pytest.fixture
def session(
    request: pytest.FixtureRequest, open_session: Callable[..., Session], root: Path, fraud_model: Artifact
) -> Session:
    """A session in the execution mode that the test asks for."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    options = {"python.execution-mode": request.param, "python.pythonpath": ":".join([str(root), *packages])}
    return open_session({"headrace.model": fraud_model.path.as_uri()}, **options)


@pytest.mark.flink
@pytest.mark.parametrize(
    ("session", "function"),
    [("process", "score"), ("process", "score_row"), ("thread", "score_row")],
    indirect=["session"],
)
def test_a_row_scores_in_flink_as_it_does_alone(
    session: Session, function: str, fraud_model: Artifact, payments: pd.DataFrame, tmp_path: Path
) -> None:
    rows = rows_of(session, payments, tmp_path, function)
    scorer = Scorer(load_artifact(fraud_model.path))
    records = payments.to_dict("records")
    records[NULL_AT]["amount"] = None
    assert rows == [(number, *scorer.score_one(record)) for number, record in enumerate(records)]
