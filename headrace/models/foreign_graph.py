"""A graph that was made elsewhere, converted so that a row scores the same alone, in a batch, and where it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.models.onnx_export import DOUBLE, run_checked
from headrace.models.onnx_form import (
    PREFIX,
    in_double,
    is_single,
    with_features_in_front,
    with_probabilities_behind,
)
from headrace.models.onnx_model import INPUT, OnnxModel, session_of
from headrace.models.onnx_signature import SignatureError, shown
from headrace.models.onnx_trees import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from onnx import ModelProto

SAMPLE = 5
SINGLE, WIDENED = "single", "single in double"
TOLERANCE = 1e-5
BOTH = 2
SLACK = 1e-6
"""How far beyond 0 and 1 trees may add up in single precision."""
SUM = 1e-3
"""How far the probabilities of both classes may be from one together, in single precision."""


@dataclass(frozen=True)
class Foreign:
    """A model that was made elsewhere, read and not yet checked.

    Args:
        kind: what it was read as: ``onnx``, ``joblib``, ``xgboost``, ``lightgbm``.
        graph: its ONNX form.
        columns: names of the features in the model's order; None where it does not know them.
        description: what stands for the estimator in the manifest.
        reference: what the library that made it says of rows in the model's order; None where ONNX is all there is.
        estimator: the fitted scikit-learn estimator, if it is one.
        files: what else goes into the artifact, by name.
        notes: what whoever imports it should know.
    """

    kind: str
    graph: ModelProto
    columns: tuple[str, ...] | None
    description: str
    reference: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    estimator: Any = None
    files: Mapping[str, bytes] | None = None
    notes: tuple[str, ...] = ()


def converted(
    foreign: Foreign, order: Sequence[str], inputs: pd.DataFrame, output: str | None
) -> tuple[bytes, dict[str, Any]]:
    """Bring a graph into the form of workers and prove on real rows that it is steady and faithful.

    Args:
        foreign: what to convert.
        order: names of the features in its order.
        inputs: real rows, float64, named, in the definition's order.
        output: the output with the probabilities; None if there is only one that can be it.

    Returns:
        The serialised graph, and what was compared.

    Raises:
        SignatureError: no output is a probability.
        ExportError: it does not run, a row scores otherwise alone than in a batch, or otherwise than where it was made.
    """
    front = with_features_in_front(foreign.graph, order, list(inputs.columns))
    matrix = inputs.to_numpy()
    found = _chosen(foreign.graph, _fitting(front, matrix), output)
    _check_range(front, found[0], matrix)
    graph, precision = _steady(with_probabilities_behind(front, *found), matrix)
    content = bytes(graph.SerializeToString(deterministic=True))
    scores = run_checked(content, matrix)
    return content, {"precision": precision, **_compared(foreign, inputs[list(order)].to_numpy(), scores)}


def _fitting(front: ModelProto, matrix: NDArray[np.float64]) -> dict[str, int]:
    """Outputs that may hold probabilities, and how many columns each has: found by running a few rows."""
    try:
        given = session_of(front.SerializeToString()).run(None, {INPUT: matrix[:SAMPLE]})
    except Exception as error:
        raise ExportError(
            f"onnxruntime can not run the model on rows of the definition's features: {error}",
            "Export it anew, for a batch of any size, with an opset that the pinned onnxruntime knows.",
        ) from error
    shapes = {
        each.name: _columns(values, len(matrix[:SAMPLE])) for each, values in zip(front.graph.output, given)
    }
    return {name: columns for name, columns in shapes.items() if columns}


def _chosen(graph: ModelProto, fitting: Mapping[str, int], wanted: str | None) -> tuple[str, int]:
    """The wanted output, else the only one with both classes, else the only one there is."""
    both = [name for name, columns in fitting.items() if columns == BOTH]
    named = [name for name in fitting if wanted and name == f"{PREFIX}{wanted}"]
    chosen = named if wanted else both if len(both) == 1 else [*fitting]
    if len(chosen) != 1:
        names = ", ".join(name[len(PREFIX) :] for name in fitting)
        raise SignatureError(
            f"the model gives {shown(graph.graph.output)}; expected one output of float with the "
            "probability of the positive class (n, or n × 1) or of both (n × 2)",
            f"Choose with --output, one of: {names}." if fitting else "Export a classifier of two classes.",
        )
    return chosen[0], fitting[chosen[0]]


def _columns(values: object, rows: int) -> int:
    """Two for probabilities of both classes, one for those of the positive, none for something else."""
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        return 0
    return {(rows,): 1, (rows, 1): 1, (rows, BOTH): BOTH}.get(values.shape, 0)


def _steady(graph: ModelProto, matrix: NDArray[np.float64]) -> tuple[ModelProto, str]:
    """The graph, or the same in double: sums in single precision depend on the batch and on the processor."""
    if not is_single(graph):
        return graph, DOUBLE
    if any(node.op_type.startswith("TreeEnsemble") for node in graph.graph.node):
        return graph, SINGLE
    wide = in_double(graph)
    return (wide, WIDENED) if _agree(graph, wide, matrix) else (graph, SINGLE)


def _agree(single: ModelProto, double: ModelProto, matrix: NDArray[np.float64]) -> bool:
    """Whether the graph in double runs, is steady, and means the same."""
    try:
        scores = run_checked(bytes(double.SerializeToString()), matrix)
    except ExportError:
        return False
    return bool(
        np.abs(scores - OnnxModel(bytes(single.SerializeToString())).scores(matrix)).max() <= TOLERANCE
    )


def _check_range(front: ModelProto, output: str, matrix: NDArray[np.float64]) -> None:
    """Refuse what is no probability: log-odds, or the sum of trees."""
    given = np.asarray(session_of(front.SerializeToString()).run([output], {INPUT: matrix})[0])
    columns = given.reshape(len(matrix), -1)
    scores, both = columns[:, -1], columns.sum(axis=1) if columns.shape[1] == BOTH else np.ones(1)
    if not ((scores >= -SLACK) & (scores <= 1 + SLACK)).all() or not (np.abs(both - 1) <= SUM).all():
        raise SignatureError(
            f"the model's output is no probability: from {scores.min():.6g} to {scores.max():.6g} on {len(scores)} "
            f"rows, both classes together from {both.min():.6g} to {both.max():.6g}",
            "Put the sigmoid or softmax into the model before it is exported.",
        )


def _compared(foreign: Foreign, rows: NDArray[np.float64], scores: NDArray[np.float64]) -> dict[str, Any]:
    """What the library that made the model says of the same rows.

    Raises:
        ExportError: it says something else.
    """
    if foreign.reference is None:
        return {"rows_compared": 0, "largest_difference": None, "tolerance": None}
    difference = np.abs(foreign.reference(rows) - scores)
    if not difference.max() <= TOLERANCE:
        raise ExportError(
            f"{int((difference > TOLERANCE).sum())} of {len(scores)} rows score up to {difference.max():.3g} away from "
            f"{foreign.kind} in the ONNX form, allowed is {TOLERANCE:g}",
            "Its converter is not faithful: train another model, or with other parameters.",
        )
    return {
        "rows_compared": len(scores),
        "largest_difference": round(float(difference.max()), 12),
        "tolerance": TOLERANCE,
    }
