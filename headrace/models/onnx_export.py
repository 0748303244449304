"""From a fitted scikit-learn classifier to an ONNX graph that gives the same scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType
from skl2onnx.sklapi import CastTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from headrace.models.onnx_model import INPUT, OUTPUT, OnnxModel
from headrace.models.onnx_trees import ML_DOMAIN, ML_OPSET, ExportError, put_exact_splits

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from onnx import ModelProto

OPSETS = {"": 17, ML_DOMAIN: ML_OPSET}
DOUBLE, DOUBLE_SPLITS, SINGLE_TREES = "double", "double splits", "single trees"
TOLERANCE = {DOUBLE: 1e-9, DOUBLE_SPLITS: 1e-5, SINGLE_TREES: 1e-5}
ALONE = 100


def export(estimator: Any, inputs: pd.DataFrame) -> tuple[bytes, dict[str, Any]]:
    """Convert a classifier, and prove on real rows that it still gives the same scores.

    Everything is computed in double precision, with two exceptions that scikit-learn's trees force:

    * ``single trees``: forests and plain trees compare features in single precision, and ONNX must too. So
      features are scaled in double and rounded right before the first tree. (Rounded any earlier, a value that
      was above a split may come to lie below it.)
    * ``double splits``: histogram boosting compares in double, see `headrace.models.onnx_trees`.

    In both the sum over the trees is a single precision number: scores agree to about seven digits.

    Args:
        estimator: a fitted binary classifier or pipeline with ``predict_proba``.
        inputs: real rows, float64, in the order of the features.

    Returns:
        The serialised graph (the same bytes for the same estimator), and what was compared.

    Raises:
        ExportError: no converter, a score that differs by more than the tolerance of the graph's precision, or
            a row that scores otherwise alone than among others.
    """
    graph, precision = _faithful(estimator, inputs)
    content = _serialise(graph)
    return content, {"precision": precision, **_compared(content, estimator, inputs, TOLERANCE[precision])}


def _faithful(estimator: Any, inputs: pd.DataFrame) -> tuple[ModelProto, str]:
    """The graph in the precision that the estimator itself computes in, and its name."""
    final, width = _final(estimator), inputs.shape[1]
    graph = _convert(estimator, width)
    if isinstance(final, HistGradientBoostingClassifier):
        put_exact_splits(graph, final)
        return graph, DOUBLE_SPLITS
    if any(node.op_type.startswith("TreeEnsemble") for node in graph.graph.node):
        return _convert(_rounded_before_trees(estimator, inputs), width), SINGLE_TREES
    return graph, DOUBLE


def _final(estimator: Any) -> Any:
    return estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator


def _convert(estimator: Any, features: int) -> ModelProto:
    final = _final(estimator)
    try:
        return convert_sklearn(
            estimator,
            name="model",
            initial_types=[(INPUT, DoubleTensorType([None, features]))],
            options={id(final): {"zipmap": False}},
            target_opset=OPSETS,
        )
    except Exception as error:
        raise ExportError(
            f"{type(final).__name__} can not be converted to ONNX: {error}",
            "Choose an estimator that skl2onnx supports; a function of your own has no converter.",
        ) from error


def _rounded_before_trees(estimator: Any, inputs: pd.DataFrame) -> Pipeline:
    """The fitted estimator, unchanged, with a step before its last that rounds to single precision."""
    steps = estimator.steps if isinstance(estimator, Pipeline) else [("model", estimator)]
    rounding = CastTransformer(dtype=np.float32).fit(inputs.to_numpy()[:1])
    return Pipeline([*steps[:-1], ("rounding", rounding), steps[-1]])


def _serialise(graph: ModelProto) -> bytes:
    """Bytes that depend on nothing but the graph: the converter lists its opsets in the order of a set."""
    versions = {opset.domain: opset.version for opset in graph.opset_import}
    del graph.opset_import[:]
    for domain, version in sorted(versions.items()):
        graph.opset_import.add(domain=domain, version=version)
    return bytes(graph.SerializeToString(deterministic=True))


def _compared(content: bytes, estimator: Any, inputs: pd.DataFrame, tolerance: float) -> dict[str, Any]:
    scores = run_checked(content, inputs.to_numpy())
    difference = float(np.abs(scores - estimator.predict_proba(inputs)[:, 1]).max())
    if not difference <= tolerance:
        raise ExportError(
            f"the ONNX form of {type(estimator).__name__} scores a row {difference:.3g} away from scikit-learn, "
            f"allowed is {tolerance:g} ({len(inputs)} rows compared)",
            "Its converter is not faithful: choose another estimator, or other preprocessing.",
        )
    return {"rows_compared": len(inputs), "largest_difference": round(difference, 12), "tolerance": tolerance}


def run_checked(content: bytes, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores of all rows together, having checked that some of them score the same alone."""
    try:
        model = OnnxModel(content)
        scores = model.scores(matrix)
    except Exception as error:
        raise ExportError(
            f"onnxruntime can not run the converted model (expected output {OUTPUT!r}): {error}",
            "Choose an estimator with predict_proba that onnxruntime supports in double precision.",
        ) from error
    alone = np.concatenate([model.scores(matrix[i : i + 1]) for i in range(min(ALONE, len(matrix)))])
    if not np.array_equal(alone, scores[:ALONE]):
        raise ExportError(
            f"a row scores up to {np.abs(alone - scores[:ALONE]).max():.3g} otherwise alone than in a batch",
            "A replay would not give the same bytes: choose another estimator.",
        )
    return scores
