from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from headrace.models.onnx_export import ExportError, export
from headrace.models.onnx_model import OnnxModel
from headrace.models.onnx_trees import put_exact_splits

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = ["spent", "hour", "visits", "spent_avg"]
ESTIMATORS = {
    "logistic": LogisticRegression(max_iter=1000),
    "scaled logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "min-max logistic": make_pipeline(MinMaxScaler(), LogisticRegression()),
    "network": make_pipeline(StandardScaler(), MLPClassifier((8,), random_state=0, max_iter=50, tol=1)),
    "tree": DecisionTreeClassifier(random_state=0),
    "forest": RandomForestClassifier(n_estimators=20, random_state=0),
    "scaled forest": make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=20, random_state=0)),
    "extra trees": ExtraTreesClassifier(n_estimators=20, random_state=0),
    "scaled gradient boosting": make_pipeline(
        StandardScaler(), GradientBoostingClassifier(n_estimators=20, random_state=0)
    ),
    "histogram boosting": HistGradientBoostingClassifier(max_iter=20, random_state=0),
    "scaled histogram boosting": make_pipeline(
        StandardScaler(), HistGradientBoostingClassifier(max_iter=20, random_state=0)
    ),
}


@pytest.fixture(params=list(ESTIMATORS), scope="module")
def fitted(request: pytest.FixtureRequest, training: pd.DataFrame) -> Any:
    return ESTIMATORS[request.param].fit(training[NAMES].astype(float), training["left"])


def test_new_rows_score_as_in_scikit_learn(fitted: Any, frame: pd.DataFrame, later: pd.DataFrame) -> None:
    content, comparison = export(fitted, frame[NAMES].astype(float))
    new = later[NAMES].astype(float)
    scores = OnnxModel(content).scores(new.to_numpy())
    assert np.abs(scores - fitted.predict_proba(new)[:, 1]).max() <= comparison["tolerance"]


@pytest.mark.parametrize("size", [2, 7, 64, 600])
def test_a_row_scores_the_same_alone_and_in_a_batch_of_any_size(
    fitted: Any, frame: pd.DataFrame, size: int
) -> None:
    rows = frame[NAMES].astype(float)
    model = OnnxModel(export(fitted, rows)[0])
    alone = [model.scores(rows.to_numpy()[i : i + 1])[0] for i in range(size)]
    assert model.scores(rows.to_numpy()[:size]).tolist() == alone


def test_the_same_estimator_is_exported_as_the_same_bytes(fitted: Any, frame: pd.DataFrame) -> None:
    rows = frame[NAMES].astype(float)
    assert export(fitted, rows)[0] == export(fitted, rows)[0]


@pytest.mark.parametrize("step", [0.0, np.inf, -np.inf], ids=["at the split", "just above", "just below"])
def test_boosted_trees_split_where_scikit_learn_does_to_the_last_bit(
    frame: pd.DataFrame, step: float
) -> None:
    """Found on the fraud benchmark: splits in single precision moved 32 of 134,055 rows."""
    rows = frame[NAMES].astype(float)
    boosting = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(rows, frame["left"])
    nodes = np.concatenate([tree.nodes for trees in boosting._predictors for tree in trees])  # noqa: SLF001 -- the only view of the splits
    splits = nodes[nodes["is_leaf"] == 0]
    at_splits = rows.sample(len(splits), replace=True, random_state=0).to_numpy()
    towards = splits["num_threshold"] + step
    at_splits[np.arange(len(splits)), splits["feature_idx"]] = np.nextafter(splits["num_threshold"], towards)
    scores = OnnxModel(export(boosting, rows)[0]).scores(at_splits)
    expected = boosting.predict_proba(pd.DataFrame(at_splits, columns=NAMES))[:, 1]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-6)


def test_forests_compare_as_scikit_learn_does_behind_a_scaler(frame: pd.DataFrame) -> None:
    """Rounding before the scaler, or comparing in double, moves rows that lie near a split."""
    rows = frame[NAMES].astype(float)
    forest = ESTIMATORS["scaled forest"].fit(rows, frame["left"])
    many = pd.DataFrame(np.tile(rows.to_numpy(), (20, 1)), columns=NAMES)
    many["spent"] = np.nextafter(many["spent"], np.random.default_rng(0).choice([-np.inf, np.inf], len(many)))
    content, comparison = export(forest, many)
    assert comparison["precision"] == "single trees"
    assert OnnxModel(content).scores(many.to_numpy()) == pytest.approx(
        forest.predict_proba(many)[:, 1], abs=1e-6
    )


def test_an_estimator_without_a_converter_is_refused_by_name(frame: pd.DataFrame) -> None:
    rows = frame[NAMES].astype(float)
    estimator = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(rows, frame["left"])
    with pytest.raises(ExportError, match="can not be converted to ONNX"):
        export(estimator, rows)


def test_a_form_that_scores_otherwise_than_scikit_learn_is_refused(frame: pd.DataFrame) -> None:
    rows = frame[NAMES].astype(float)
    estimator = LogisticRegression(max_iter=1000).fit(rows, frame["left"])
    honest = estimator.predict_proba
    estimator.predict_proba = lambda inputs: honest(inputs) + np.where(inputs.index == 17, 1e-6, 0)[:, None]
    with pytest.raises(
        ExportError, match=r"scores a row 1e-06 away .* allowed is 1e-09 \(600 rows compared\)"
    ):
        export(estimator, rows)


def test_an_estimator_that_only_votes_is_refused(frame: pd.DataFrame) -> None:
    rows = frame[NAMES].astype(float)
    with pytest.raises(ExportError, match="can not"):
        export(RidgeClassifier().fit(rows, frame["left"]), rows)


class Moody:
    """A model that scores a row otherwise alone than in company."""

    def __init__(self, content: bytes) -> None:
        self.model = OnnxModel(content)

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.model.scores(matrix) + (0.25 if len(matrix) == 1 else 0.0)


class Broken:
    """A model that does not run."""

    def __init__(self, content: bytes) -> None:
        raise RuntimeError(f"{len(content)} bytes of nonsense")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Moody, "scores up to 0.25 otherwise alone than in a batch"),
        (Broken, "can not run .* bytes of nonsense"),
    ],
)
def test_a_graph_that_a_worker_could_not_rely_on_is_refused(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, model: Any, expected: str
) -> None:
    rows = frame[NAMES].astype(float)
    monkeypatch.setattr("headrace.models.onnx_export.OnnxModel", model)
    with pytest.raises(ExportError, match=expected):
        export(LogisticRegression(max_iter=1000).fit(rows, frame["left"]), rows)


def test_trees_of_another_model_are_not_put_in(frame: pd.DataFrame) -> None:
    rows = frame[NAMES].astype(float)
    one, other = (
        HistGradientBoostingClassifier(max_iter=2, random_state=0).fit(rows * scale, frame["left"])
        for scale in (1, 2)
    )
    inputs = [("features", DoubleTensorType([None, len(NAMES)]))]
    graph = convert_sklearn(one, initial_types=inputs, target_opset={"": 17, "ai.onnx.ml": 3})
    with pytest.raises(ExportError, match="nodes_values are not in the order of scikit-learn's trees"):
        put_exact_splits(graph, other)
