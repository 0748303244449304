"""Why a score is what it is: the features that moved it most.

Two methods, chosen when a model is trained and written into its manifest as plain numbers:

* ``linear``, exact. The model is a logistic regression on (scaled) features, so its log-odds are a sum and
  feature i contributes ``weight_i * (x_i - baseline_i)``, the baseline being the training mean. The
  contributions add up to the log-odds minus those of the mean event. (For independent features these are the
  Shapley values of the linear model: Strumbelj & Kononenko, 2014.)
* ``occlusion``, an approximation for every other model (Zeiler & Fergus, 2014, on images). Feature i contributes
  the score minus the score of the same event with x_i replaced by its training median. It does not see what
  two features do only together, and its contributions do not add up to the score.

Worker side: imports numpy and nothing heavier.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from headrace.models.features import REAL, Feature
from headrace.models.manifest_schema import LINEAR, OCCLUSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from headrace.models.onnx_model import OnnxModel

__all__ = ["LINEAR", "OCCLUSION", "make_explainer", "to_json"]
CONTRIBUTION_DECIMALS = 6


class Explainer(Protocol):
    """Something that splits scores into contributions of the features."""

    def contributions(self, matrix: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """One contribution a row and feature, for rows of features and the scores they got."""


class Linear:
    """Exact contributions to the log-odds of a linear model.

    Args:
        weights: change of the log-odds by one unit, a feature.
        baseline: training mean, a feature.
    """

    def __init__(self, weights: Sequence[float], baseline: Sequence[float]) -> None:
        self._weights = np.asarray(weights, dtype=np.float64)
        self._baseline = np.asarray(baseline, dtype=np.float64)

    def contributions(self, matrix: NDArray[np.float64], _scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weight times distance from the mean, a row and feature; in log-odds.

        >>> Linear([2.0], [10.0]).contributions(np.array([[11.5]]), np.array([0.9])).tolist()
        [[3.0]]
        """
        return self._weights * (matrix - self._baseline)


class Occlusion:
    """Approximate contributions to the score of any model, at the price of one more row a feature.

    Args:
        model: what gave the scores.
        baseline: training median, a feature.
    """

    def __init__(self, model: OnnxModel, baseline: Sequence[float]) -> None:
        self._model = model
        self._baseline = np.asarray(baseline, dtype=np.float64)

    def contributions(self, matrix: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each score loses when one feature becomes the median, a row and feature; in score."""
        count = matrix.shape[1]
        occluded = np.repeat(matrix, count, axis=0)
        which = np.tile(np.arange(count), len(matrix))
        occluded[np.arange(len(occluded)), which] = self._baseline[which]
        return scores[:, None] - self._model.scores(occluded).reshape(matrix.shape)


def make_explainer(document: Mapping[str, Any], features: Sequence[Feature], model: OnnxModel) -> Explainer:
    """The explainer that a manifest's ``reasons`` describe."""
    baseline = [document["baseline"][feature.name] for feature in features]
    if document["method"] == LINEAR:
        return Linear([document["weights"][feature.name] for feature in features], baseline)
    return Occlusion(model, baseline)


def to_json(
    features: Sequence[Feature], values: NDArray[np.float64], contributions: NDArray[np.float64], limit: int
) -> str:
    """The largest contributions to one score, largest first, as a JSON array.

    Contributions are rounded to `CONTRIBUTION_DECIMALS`; those that round to nothing are no reasons and are
    left out; equal ones keep the order of the features.

    >>> pair = (Feature("amount", "DOUBLE", "EUR"), Feature("hour", "INT", "h"))
    >>> to_json(pair, np.array([812.5, 3.0]), np.array([1.25, -2.0]), 1)
    '[{"feature":"hour","value":3,"contribution":-2.0}]'
    """
    rounded = np.round(contributions, CONTRIBUTION_DECIMALS)
    largest = [i for i in np.argsort(-np.abs(rounded), kind="stable")[:limit] if rounded[i]]
    reasons = [
        {
            "feature": features[i].name,
            "value": float(values[i]) if features[i].type == REAL else int(values[i]),
            "contribution": float(rounded[i]),
        }
        for i in largest
    ]
    return json.dumps(reasons, separators=(",", ":"))
