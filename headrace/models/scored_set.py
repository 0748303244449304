"""Events with the scores that a model gives them, and what a manifest says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.models import histogram
from headrace.models.evaluation import measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headrace.models.definition import ModelDefinition
    from headrace.models.onnx_model import OnnxModel
    from headrace.models.training_set import TrainingSet

GOLDEN_ROWS = 32


@dataclass(frozen=True)
class ScoredSet:
    """A set of events and the scores that the ONNX model gives them.

    Args:
        events: the events.
        scores: one an event.
    """

    events: TrainingSet
    scores: NDArray[np.float64]

    def judgement(self, threshold: float) -> dict[str, Any]:
        """Window, size, fingerprint and quality, as they stand in a manifest."""
        return {**self.events.as_document(), "metrics": measure(self.events, self.scores, threshold)}

    def golden(self) -> bytes:
        """Rows from the lowest to the highest score, each with the score it must give again, as JSON lines."""
        order = np.argsort(self.scores, kind="stable")
        chosen = order[np.unique(np.linspace(0, len(order) - 1, GOLDEN_ROWS).round().astype(int))]
        rows = self.events.frame[self.events.definition.feature_names].iloc[chosen]
        lines = [
            json.dumps({"features": features, "score": score})
            for features, score in zip(rows.to_dict("records"), self.scores[chosen].tolist())
        ]
        return ("\n".join(lines) + "\n").encode()


def score(model: OnnxModel, events: TrainingSet) -> ScoredSet:
    """Score all events together."""
    return ScoredSet(events, model.scores(events.inputs.to_numpy()))


def threshold_of(definition: ModelDefinition, evaluation: ScoredSet | None) -> float:
    """The threshold that the definition's policy takes on an evaluation set, or without one.

    Raises:
        PolicyError: the policy can not be met.
    """
    if evaluation is None:
        return definition.policy.threshold(None, 0)
    return definition.policy.threshold(evaluation.scores, len(np.unique(evaluation.events.days)))


def histograms(learned: TrainingSet, judged: ScoredSet) -> dict[str, Any]:
    """Of the features as learned, and of the scores on new events: those on learned ones are too extreme."""
    inputs = learned.inputs
    features = {name: histogram.count_by_quantiles(inputs[name].to_numpy()) for name in inputs}
    return {
        "features": {name: counted.as_document() for name, counted in features.items()},
        "score": histogram.count(judged.scores, histogram.SCORE_EDGES).as_document(),
    }
