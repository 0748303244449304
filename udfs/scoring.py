"""Score events with a trained model, by batch (``score``) or by row (``score_row``).

In SQL the features go in as one ROW whose field names are the model's feature names, in any order; then the event
time, TIMESTAMP_LTZ(3), and the entity key as STRING::

    score(CAST(ROW(amount, is_night) AS ROW<amount DOUBLE, is_night INT>), event_time, CAST(customer_id AS STRING))

and out comes ``ROW<score DOUBLE, decision STRING, model_version STRING, reasons STRING, error STRING, shadows
STRING>``. Without the CAST the fields have no names and the call fails. An event that can not be scored has an error
and no score.

Job parameters: ``headrace.model`` is the folder of a model artifact (a path or a ``file:`` URI), which scores all
events; or ``headrace.deployments`` is a deployment log, and each event is scored by the version that the log gives to
its event time and key; ``headrace.deployments-head`` is how far that log was seen when the job was submitted, behind
which it may not go back. ``headrace.reasons`` is how many reasons to give for an alert (3; 0 for none).

``score`` is for process mode and throughput, ``score_row`` for thread mode and latency; they give the same rows.
In thread mode Flink 2.3.0 itself fails on a NULL in an INT field of a ROW: cast integers that may be NULL to BIGINT.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
from pyflink.common import Row
from pyflink.table import DataTypes
from pyflink.table.udf import FunctionContext, ScalarFunction, udf

from headrace.deployments.record import to_millis
from headrace.deployments.scorer import NO_TIME, DeployedScorer, follow
from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.models.metrics import ScoringMetrics
from headrace.models.scorer import Scored, Scorer

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

MODEL = "headrace.model"
DEPLOYMENTS = "headrace.deployments"
DEPLOYMENTS_HEAD = "headrace.deployments-head"
REASONS = "headrace.reasons"
DEFAULT_REASONS = "3"

SCORED = DataTypes.ROW(
    [
        DataTypes.FIELD("score", DataTypes.DOUBLE()),
        DataTypes.FIELD("decision", DataTypes.STRING()),
        DataTypes.FIELD("model_version", DataTypes.STRING()),
        DataTypes.FIELD("reasons", DataTypes.STRING()),
        DataTypes.FIELD("error", DataTypes.STRING()),
        DataTypes.FIELD("shadows", DataTypes.STRING()),
    ]
)


class JobParameterError(HeadraceError):
    """A job parameter is missing or has no meaning."""


class ArgumentsError(HeadraceError):
    """The function was not given what it needs."""


class Scoring(ScalarFunction):  # type: ignore[misc]  # pyflink has no stubs
    """Loads and verifies the model once a worker, and measures what it does."""

    def open(self, function_context: FunctionContext) -> None:
        """Load the artifact, or read the deployment log, that the job parameters name.

        Raises:
            JobParameterError: neither or both are set, or ``headrace.reasons`` is no number.
            DeploymentLogError: the log can not be read, went back, or has no champion.
            ArtifactError: the artifact is missing, damaged or does not score as when it was trained.
        """
        self._scorer = make_scorer(
            function_context.get_job_parameter(MODEL, ""),
            function_context.get_job_parameter(REASONS, DEFAULT_REASONS),
            function_context.get_job_parameter(DEPLOYMENTS, ""),
            function_context.get_job_parameter(DEPLOYMENTS_HEAD, ""),
        )
        self._metrics = ScoringMetrics(function_context.get_metric_group(), self._scorer.trained_until)


class ScoreBatch(Scoring):
    """Scores the rows of a bundle at once."""

    def eval(self, features: pd.DataFrame, *context: pd.Series[Any]) -> pd.DataFrame:
        """Score a frame with one column a feature; one row out for each row in, in order."""
        began = time.perf_counter()
        columns = {name: features[name].to_numpy() for name in features.columns}
        if isinstance(self._scorer, Scorer):
            results = self._scorer.score_batch(columns)
        else:
            event_time, key = _governing(context)
            results = self._scorer.score_batch(columns, to_event_times(event_time), to_keys(key))
        self._metrics.observe(results, time.perf_counter() - began)
        return to_frame(results)


class ScoreRow(Scoring):
    """Scores one row."""

    def eval(self, features: Row, *context: Any) -> Row:
        """Score a row with one named field a feature."""
        began = time.perf_counter()
        if isinstance(self._scorer, Scorer):
            result = self._scorer.score_one(features.as_dict())
        else:
            event_time, key = _governing(context)
            result = self._scorer.score_one(features.as_dict(), to_event_time(event_time), to_keys([key])[0])
        self._metrics.observe([result], time.perf_counter() - began)
        return Row(*result)


def make_scorer(
    location: str, reasons: str, deployments: str = "", head: str = ""
) -> Scorer | DeployedScorer:
    """A scorer from the job parameters."""
    if bool(location) == bool(deployments):
        given = "both are set" if location else "neither is set"
        raise JobParameterError(
            f"job parameters {MODEL} and {DEPLOYMENTS}: {given}, expected the folder of a model artifact in the one, "
            "or that of a deployment log in the other",
            f"Set pipeline.global-job-parameters: '{MODEL}:/path/to/artifact'.",
        )
    if not reasons.isdecimal():
        raise JobParameterError(
            f"job parameter {REASONS} is {reasons!r}, expected a number such as 3, or 0 for none"
        )
    if deployments:
        return follow(deployments, int(reasons), head)
    return Scorer(load_artifact(location), int(reasons))


def to_frame(results: list[Scored]) -> pd.DataFrame:
    """Results as the frame that Flink expects for a ROW: one column a field, also if there are no rows."""
    frame: pd.DataFrame = pd.DataFrame(results, columns=list(Scored._fields)).astype({"score": "float64"})
    return frame


def to_event_times(moments: pd.Series[Any]) -> NDArray[np.int64]:
    """Event times as Flink's pandas functions get them, in milliseconds since 1970, NULL as ``NO_TIME``."""
    utc = pd.to_datetime(moments, utc=True).dt.tz_localize(None)
    return utc.to_numpy("datetime64[ms]").astype("int64")


def to_event_time(moment: Any) -> int:
    """An event time as Flink's general functions get it, in milliseconds since 1970, NULL as ``NO_TIME``.

    Raises:
        ArgumentsError: it is no time.
    """
    if moment is None:
        return int(NO_TIME)
    if not isinstance(moment, datetime):
        raise ArgumentsError(
            f"score got {type(moment).__name__} as event time, expected a TIMESTAMP_LTZ(3)", "Cast it in SQL."
        )
    return to_millis(moment)


def to_keys(keys: Iterable[Any]) -> list[str | None]:
    """Entity keys, which must be text: the same key has to look the same whatever stands beside it.

    Raises:
        ArgumentsError: one is something else.
    """
    found = list(keys)
    other = next((key for key in found if not (key is None or isinstance(key, str))), None)
    if other is not None:
        raise ArgumentsError(
            f"score got {type(other).__name__} as entity key, expected STRING",
            "CAST(the_key AS STRING) in SQL.",
        )
    return found


def _governing(context: tuple[Any, ...]) -> tuple[Any, ...]:
    """What decides on the version: event time and key."""
    if len(context) != 2:  # noqa: PLR2004 -- those two
        raise ArgumentsError(
            f"score got {len(context)} arguments after the features, expected event time and entity key: "
            "the version of an event depends on both",
            "Call score(ROW(…), event_time, CAST(the_key AS STRING)), or score all events with one model.",
        )
    return context


score = udf(ScoreBatch(), result_type=SCORED, func_type="pandas")
score_row = udf(ScoreRow(), result_type=SCORED)
