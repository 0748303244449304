"""Training: from events with their labels to a sealed artifact."""

from __future__ import annotations

import io
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

import joblib

from headrace.models import explanation, onnx_export
from headrace.models.artifact import GOLDEN, JOBLIB, ONNX, Artifact, load_artifact, write_artifact
from headrace.models.onnx_model import OnnxModel
from headrace.models.scored_set import histograms, score, threshold_of
from headrace.models.training_set import TrainingSet

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from headrace.models.definition import ModelDefinition

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
    on_training = score(model, learned)
    on_evaluation = None if judged is None else score(model, judged)
    threshold = threshold_of(definition, on_evaluation)
    document = {
        **describe(definition, " ".join(repr(estimator).split()), provenance),
        "onnx": comparison,
        "decision": {"threshold": threshold, **definition.policy.as_document()},
        "reasons": explanation.describe(estimator, learned.inputs),
        "training": on_training.judgement(threshold),
        "evaluation": on_evaluation and on_evaluation.judgement(threshold),
        "histograms": histograms(learned, on_evaluation or on_training),
    }
    files = {ONNX: onnx, JOBLIB: _dumped(estimator), GOLDEN: (on_evaluation or on_training).golden()}
    return load_artifact(write_artifact(target, document, files, version))


def describe(definition: ModelDefinition, estimator: str, provenance: Provenance) -> dict[str, Any]:
    """What a manifest says whatever was measured: name, estimator, features, columns, origin, libraries."""
    return {
        "model": definition.name,
        "estimator": estimator,
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


def _dumped(estimator: Any) -> bytes:
    content = io.BytesIO()
    joblib.dump(estimator, content)
    return content.getvalue()
