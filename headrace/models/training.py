"""Training: from events with their labels to a sealed artifact."""

from __future__ import annotations

import io
import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from headrace.models import explanation, histogram, onnx_export
from headrace.models.artifact import GOLDEN, JOBLIB, ONNX, Artifact, load_artifact, write_artifact
from headrace.models.evaluation import measure
from headrace.models.onnx_model import OnnxModel
from headrace.models.training_set import TrainingSet

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from headrace.models.definition import ModelDefinition

GOLDEN_ROWS = 32
LIBRARIES = ("numpy", "onnx", "onnxruntime", "pandas", "scikit-learn", "skl2onnx")


@dataclass(frozen=True)
class Provenance:
    """Where the training data came from, for whoever asks later.

    Args:
        feature_sql_sha256: hash of the SQL that computed the features.
        source: what it was run over: tables, files, a run.
    """

    feature_sql_sha256: str
    source: str = ""


@dataclass(frozen=True)
class ScoredSet:
    """A set of events and the scores that the ONNX model gives them."""

    events: TrainingSet
    scores: NDArray[np.float64]


def train(  # noqa: PLR0913 -- what is learned, from what, judged by what, put where, come from where, called what
    definition: ModelDefinition,
    training: pd.DataFrame,
    evaluation: pd.DataFrame | None,
    target: Path,
    provenance: Provenance,
    *,
    version: str | None = None,
) -> Artifact:
    """Fit a model, convert it, measure it, and write its artifact.

    Scores, threshold and metrics are those of the ONNX model, which is the one that will be used. The
    same input and libraries give the same bytes.

    Args:
        definition: what to train.
        training: features at the time of each event, and labels; see `TrainingSet` for the columns.
        evaluation: the same of later events; a model without it has no metrics but those on its training rows.
        target: the artifact's folder; must not exist.
        provenance: where the frames came from.
        version: a name of your own for this version; by default model and content hash.

    Returns:
        The artifact, loaded and verified as a worker would.

    Raises:
        TrainingSetError, InvalidFeaturesError: a frame is not fit to learn from or to be judged by.
        ExportError: the estimator can not be expressed faithfully in ONNX.
        PolicyError: the decision policy can not be met.
        ArtifactError: the target exists.
    """
    learned = TrainingSet(definition, training, "training")
    judged = None if evaluation is None else TrainingSet(definition, evaluation, "evaluation")
    estimator = definition.estimator().fit(learned.inputs, learned.labels)
    onnx, comparison = onnx_export.export(estimator, learned.inputs)
    model = OnnxModel(onnx)
    on_training = _scored(model, learned)
    on_evaluation = None if judged is None else _scored(model, judged)
    threshold = _threshold(definition, on_evaluation)
    document = {
        **_description(definition, estimator, provenance),
        "onnx": comparison,
        "decision": {"threshold": threshold, **definition.policy.as_document()},
        "reasons": explanation.describe(estimator, learned.inputs),
        "training": _judgement(on_training, threshold),
        "evaluation": on_evaluation and _judgement(on_evaluation, threshold),
        "histograms": _histograms(learned, on_evaluation or on_training),
    }
    files = {ONNX: onnx, JOBLIB: _dumped(estimator), GOLDEN: _golden(on_evaluation or on_training)}
    return load_artifact(write_artifact(target, document, files, version))


def _scored(model: OnnxModel, events: TrainingSet) -> ScoredSet:
    return ScoredSet(events, model.scores(events.inputs.to_numpy()))


def _threshold(definition: ModelDefinition, evaluation: ScoredSet | None) -> float:
    if evaluation is None:
        return definition.policy.threshold(None, 0)
    return definition.policy.threshold(evaluation.scores, len(np.unique(evaluation.events.days)))


def _description(definition: ModelDefinition, estimator: Any, provenance: Provenance) -> dict[str, Any]:
    return {
        "model": definition.name,
        "estimator": " ".join(repr(estimator).split()),
        "features": [feature.as_document() for feature in definition.features],
        "columns": {
            "key": definition.key,
            "entity": definition.entity,
            "event_time": definition.event_time,
            "label": definition.label,
        },
        "provenance": asdict(provenance),
        "libraries": {"python": platform.python_version(), **{name: installed(name) for name in LIBRARIES}},
    }


def _judgement(scored: ScoredSet, threshold: float) -> dict[str, Any]:
    return {**scored.events.as_document(), "metrics": measure(scored.events, scored.scores, threshold)}


def _histograms(learned: TrainingSet, judged: ScoredSet) -> dict[str, Any]:
    """Of the features as learned, and of the scores on new events: those on learned ones are too extreme."""
    inputs = learned.inputs
    features = {name: histogram.count_by_quantiles(inputs[name].to_numpy()) for name in inputs}
    return {
        "features": {name: counted.as_document() for name, counted in features.items()},
        "score": histogram.count(judged.scores, histogram.SCORE_EDGES).as_document(),
    }


def _dumped(estimator: Any) -> bytes:
    content = io.BytesIO()
    joblib.dump(estimator, content)
    return content.getvalue()


def _golden(scored: ScoredSet) -> bytes:
    """Rows from the lowest to the highest score, each with the score it must give again."""
    order = np.argsort(scored.scores, kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, GOLDEN_ROWS).round().astype(int))]
    rows = scored.events.frame[scored.events.definition.feature_names].iloc[chosen]
    lines = [
        json.dumps({"features": features, "score": score})
        for features, score in zip(rows.to_dict("records"), scored.scores[chosen].tolist())
    ]
    return ("\n".join(lines) + "\n").encode()
