from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from headrace.models.explanation import describe
from headrace.models.features import Feature, to_matrix
from headrace.models.reasons import Occlusion, make_explainer, to_json

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact

FEATURES = (
    Feature("spent", "DOUBLE", "EUR"),
    Feature("hour", "INT", "h"),
    Feature("visits", "BIGINT", "visits"),
)
NAMES = ["spent", "hour", "visits", "spent_avg"]


class Sum:
    """A model whose score is a tenth of the first feature plus the second."""

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return matrix[:, 0] / 10 + matrix[:, 1]


def log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.log(scores / (1 - scores))
    return odds


def test_linear_contributions_add_up_to_the_log_odds(linear: Artifact, columns: dict[str, Any]) -> None:
    matrix = to_matrix(linear.manifest.features, columns, "m")
    scores = linear.model.scores(matrix)
    reasons = linear.manifest.reasons
    parts = make_explainer(reasons, linear.manifest.features, linear.model).contributions(matrix, scores)
    assert reasons["method"] == "linear"
    np.testing.assert_allclose(reasons["base"] + parts.sum(axis=1), log_odds(scores), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(max_iter=2000),
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(StandardScaler(with_mean=False), LogisticRegression()),
        make_pipeline(StandardScaler(), StandardScaler(with_std=False), LogisticRegression()),
    ],
    ids=["unscaled", "scaled", "not centred", "scaled twice"],
)
def test_a_logistic_regression_is_explained_exactly_however_it_is_scaled(
    estimator: Any, frame: pd.DataFrame
) -> None:
    inputs = frame[NAMES].astype(float)
    reasons = describe(estimator.fit(inputs, frame["left"]), inputs)
    weights, baseline = (
        np.array([reasons[what][name] for name in NAMES]) for what in ("weights", "baseline")
    )
    parts = weights * (inputs.to_numpy() - baseline)
    np.testing.assert_allclose(
        reasons["base"] + parts.sum(axis=1),
        log_odds(estimator.predict_proba(inputs)[:, 1]),
        rtol=0,
        atol=1e-9,
    )


@pytest.mark.parametrize(
    "estimator",
    [make_pipeline(MinMaxScaler(), LogisticRegression()), RandomForestClassifier(5, random_state=0)],
    ids=["another scaler", "a forest"],
)
def test_every_other_model_is_explained_by_occlusion_with_medians(
    estimator: Any, frame: pd.DataFrame
) -> None:
    inputs = frame[NAMES].astype(float)
    reasons = describe(estimator.fit(inputs, frame["left"]), inputs)
    assert (reasons["method"], reasons["unit"]) == ("occlusion", "score")
    assert reasons["baseline"] == inputs.median().to_dict()


def test_occlusion_is_what_the_score_loses_with_the_median_in_its_place() -> None:
    matrix = np.array([[5.0, 0.25], [1.0, 0.5]])
    parts = Occlusion(Sum(), [1.0, 0.25]).contributions(matrix, Sum().scores(matrix))  # type: ignore[arg-type]
    np.testing.assert_allclose(parts, [[0.4, 0.0], [0.0, 0.25]])


def test_reasons_are_the_largest_contributions_of_either_sign_first() -> None:
    reasons = json.loads(to_json(FEATURES, np.array([1.5, 7, 3]), np.array([0.1, -0.3, 0.2]), 2))
    assert reasons == [
        {"feature": "hour", "value": 7, "contribution": -0.3},
        {"feature": "visits", "value": 3, "contribution": 0.2},
    ]


def test_integers_are_written_as_integers_and_reals_as_reals() -> None:
    text = to_json(FEATURES, np.array([1.0, 7, 3]), np.array([3.0, 2.0, 1.0]), 3)
    assert '"value":1.0,' in text
    assert '"value":7,' in text


def test_equal_contributions_keep_the_order_of_the_features() -> None:
    reasons = json.loads(to_json(FEATURES, np.array([1.5, 7, 3]), np.array([0.1, -0.1, 0.1]), 3))
    assert [reason["feature"] for reason in reasons] == ["spent", "hour", "visits"]


def test_differences_in_the_last_bits_change_neither_order_nor_text() -> None:
    parts = np.array([0.1, 0.1, 0.0])
    assert to_json(FEATURES, np.ones(3), parts, 3) == to_json(
        FEATURES, np.ones(3), parts + np.array([0, 1e-12, -1e-12]), 3
    )


def test_what_contributes_nothing_is_no_reason() -> None:
    assert to_json(FEATURES, np.ones(3), np.array([0.0, 4e-7, -0.0]), 3) == "[]"
