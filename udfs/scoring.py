"""Score events with a trained model, by batch (``score``) or by row (``score_row``).

In SQL the features go in as one ROW whose field names are the model's feature names, in any order::

    score(CAST(ROW(amount, is_night) AS ROW<amount DOUBLE, is_night INT>))

and out comes ``ROW<score DOUBLE, decision STRING, model_version STRING, reasons STRING, error STRING>``. Without the
CAST the fields have no names and the call fails. An event that can not be scored has an error and no score.

Job parameters: ``headrace.model`` is the folder of a model artifact (a path or a ``file:`` URI),
``headrace.reasons`` how many reasons to give for an alert (3; 0 for none).

``score`` is for process mode and throughput, ``score_row`` for thread mode and latency; they give the same rows.
In thread mode Flink 2.3.0 itself fails on a NULL in an INT field of a ROW: cast integers that may be NULL to BIGINT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pyflink.common import Row
from pyflink.table import DataTypes
from pyflink.table.udf import FunctionContext, ScalarFunction, udf

from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scored, Scorer

if TYPE_CHECKING:
    from collections.abc import Iterable

MODEL = "headrace.model"
REASONS = "headrace.reasons"
DEFAULT_REASONS = "3"

SCORED = DataTypes.ROW(
    [
        DataTypes.FIELD("score", DataTypes.DOUBLE()),
        DataTypes.FIELD("decision", DataTypes.STRING()),
        DataTypes.FIELD("model_version", DataTypes.STRING()),
        DataTypes.FIELD("reasons", DataTypes.STRING()),
        DataTypes.FIELD("error", DataTypes.STRING()),
    ]
)


class JobParameterError(HeadraceError):
    """A job parameter is missing or has no meaning."""


class Scoring(ScalarFunction):  # type: ignore[misc]  # pyflink has no stubs
    """Loads and verifies the model once a worker, and counts what was scored and what was not."""

    def open(self, function_context: FunctionContext) -> None:
        """Load the artifact that the job parameters name.

        Raises:
            JobParameterError: ``headrace.model`` is not set, or ``headrace.reasons`` is no number.
            ArtifactError: the artifact is missing, damaged or does not score as when it was trained.
        """
        self._scorer = make_scorer(
            function_context.get_job_parameter(MODEL, ""),
            function_context.get_job_parameter(REASONS, DEFAULT_REASONS),
        )
        metrics = function_context.get_metric_group()
        self._scored = metrics.counter("events_scored")
        self._failed = metrics.counter("events_not_scored")

    def _count(self, results: Iterable[Scored]) -> None:
        errors = [result.error is not None for result in results]
        self._failed.inc(sum(errors))
        self._scored.inc(len(errors) - sum(errors))


class ScoreBatch(Scoring):
    """Scores the rows of a bundle at once."""

    def eval(self, features: pd.DataFrame) -> pd.DataFrame:
        """Score a frame with one column a feature; one row out for each row in, in order."""
        results = self._scorer.score_batch({name: features[name].to_numpy() for name in features.columns})
        self._count(results)
        return to_frame(results)


class ScoreRow(Scoring):
    """Scores one row."""

    def eval(self, features: Row) -> Row:
        """Score a row with one named field a feature."""
        result = self._scorer.score_one(features.as_dict())
        self._count([result])
        return Row(*result)


def make_scorer(location: str, reasons: str) -> Scorer:
    """A scorer from the two job parameters."""
    if not location:
        raise JobParameterError(
            f"job parameter {MODEL} is not set, expected the folder of a model artifact",
            f"Set pipeline.global-job-parameters: '{MODEL}:/path/to/artifact'.",
        )
    if not reasons.isdecimal():
        raise JobParameterError(
            f"job parameter {REASONS} is {reasons!r}, expected a number such as 3, or 0 for none"
        )
    return Scorer(load_artifact(location), int(reasons))


def to_frame(results: list[Scored]) -> pd.DataFrame:
    """Results as the frame that Flink expects for a ROW: one column a field, also if there are no rows."""
    frame: pd.DataFrame = pd.DataFrame(results, columns=list(Scored._fields)).astype({"score": "float64"})
    return frame


score = udf(ScoreBatch(), result_type=SCORED, func_type="pandas")
score_row = udf(ScoreRow(), result_type=SCORED)
