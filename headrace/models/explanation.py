"""What a worker needs to explain scores, taken from a fitted estimator while scikit-learn is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from headrace.models.reasons import LINEAR, OCCLUSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray


def describe(estimator: Any, inputs: pd.DataFrame) -> dict[str, Any]:
    """The ``reasons`` of a manifest: exact for a logistic regression, scaled or not, else by occlusion.

    Args:
        estimator: fitted on ``inputs``.
        inputs: the training rows, float64, named.

    Returns:
        ``method``, ``unit`` of a contribution, ``baseline`` by feature; for the exact method also ``weights`` by
        feature and ``base``, the mean log-odds (of a linear model: those at the mean), so that base plus all
        contributions is the log-odds.
    """
    names = list(inputs.columns)
    if not _is_linear(estimator):
        baseline = np.median(inputs.to_numpy(), axis=0)
        return {"method": OCCLUSION, "unit": "score", "baseline": _by_name(names, baseline)}
    return {
        "method": LINEAR,
        "unit": "log-odds",
        "baseline": _by_name(names, inputs.to_numpy().mean(axis=0)),
        "weights": _by_name(names, _weights(estimator)),
        "base": float(estimator.decision_function(inputs).mean()),
    }


def _steps(estimator: Any) -> list[Any]:
    return [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]


def _is_linear(estimator: Any) -> bool:
    *before, final = _steps(estimator)
    return isinstance(final, LogisticRegression) and all(isinstance(step, StandardScaler) for step in before)


def _weights(estimator: Any) -> NDArray[np.float64]:
    """Coefficients for unscaled features."""
    *scalers, final = _steps(estimator)
    weights = np.asarray(final.coef_[0], dtype=np.float64)
    for scaler in scalers:
        weights = weights / (1.0 if scaler.scale_ is None else scaler.scale_)
    return weights


def _by_name(names: list[str], values: NDArray[np.float64]) -> Mapping[str, float]:
    return dict(zip(names, values.tolist()))
