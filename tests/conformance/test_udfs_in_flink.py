"""What only Flink can show: that names, NULL and results survive the way into a function and out again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from headrace.deployments.scorer import follow
from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer
from models.fraud import DEFINITION
from tests.deployment_log import make_log

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

GOVERNED = """
SELECT number, s.score, s.decision, s.model_version, s.reasons, s.error, s.shadows FROM (
  SELECT
    number,
    scoring(
      CAST(ROW({names}) AS ROW<{fields}>),
      TO_TIMESTAMP_LTZ(1525132800000 + number * 60000, 3),
      CAST(MOD(number, 7) AS STRING)
    ) AS s
  FROM payments
)
"""
BEGIN = 1_525_132_800_000
"""2018-05-01 in milliseconds since 1970."""


def rows_of(
    session: Session, payments: pd.DataFrame, folder: Path, function: str, query: str = SCORED
) -> list[tuple[Any, ...]]:
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
    query = query.format(names=names, fields=", ".join(reversed(FIELDS)))
    return sorted(tuple(row) for row in environment.execute_sql(query).collect())


MODES = pytest.mark.parametrize(
    ("mode", "function"), [("process", "score"), ("process", "score_row"), ("thread", "score_row")]
)


@pytest.fixture
def session_of(open_session: Callable[..., Session], root: Path, mode: str) -> Callable[..., Session]:
    """``session_of({"headrace.model": …})`` is a session in the execution mode of the test."""
    packages = [path for path in sys.path if path.endswith("site-packages")]

    def _session(parameters: dict[str, str]) -> Session:
        path = ":".join([str(root), *packages])
        return open_session(parameters, **{"python.execution-mode": mode, "python.pythonpath": path})

    return _session


@pytest.mark.flink
@MODES
def test_a_row_scores_in_flink_as_it_does_alone(
    session_of: Callable[..., Session],
    function: str,
    fraud_model: Artifact,
    payments: pd.DataFrame,
    tmp_path: Path,
) -> None:
    session = session_of({"headrace.model": fraud_model.path.as_uri()})
    rows = rows_of(session, payments, tmp_path, function)
    scorer = Scorer(load_artifact(fraud_model.path))
    records = payments.to_dict("records")
    records[NULL_AT]["amount"] = None
    assert rows == [(number, *scorer.score_one(record)) for number, record in enumerate(records)]


@pytest.mark.flink
@MODES
def test_event_time_and_key_reach_the_deployment_log_as_they_are(
    session_of: Callable[..., Session], function: str, payments: pd.DataFrame, tmp_path: Path
) -> None:
    deployments = [
        {"role": "champion", "version": "fraud-1"},
        {"role": "canary", "version": "fraud-2", "effective_from": "2018-05-01T00:10:00Z", "share": 0.5},
        {"role": "shadow", "version": "fraud-1", "effective_from": "2018-05-01T00:20:00Z"},
        {"role": "champion", "version": "fraud-2", "effective_from": "2018-05-01T00:20:00Z"},
    ]
    make_log(tmp_path / "made", deployments)
    location = str(tmp_path / "made" / "deployments")
    (tmp_path / "payments").mkdir()
    session = session_of({"headrace.deployments": location})
    rows = rows_of(session, payments, tmp_path / "payments", function, GOVERNED)
    scorer, records = follow(location, 3), payments.to_dict("records")
    records[NULL_AT]["amount"] = None
    assert rows == [
        (number, *scorer.score_one(record, BEGIN + number * 60_000, str(number % 7)))
        for number, record in enumerate(records)
    ]
    assert {row[3] for row in rows} == {"fraud-1", "fraud-2"}
    assert any(row[6] for row in rows)
