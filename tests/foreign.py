"""Models as other programs write them, learned from the rows of tests.artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

HIDDEN = 8


def fitted(rows: pd.DataFrame, labels: NDArray[Any]) -> Any:
    """A fitted pipeline; it knows the names of its columns."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(rows, labels)


def write_joblib(path: Path, rows: pd.DataFrame, labels: NDArray[Any]) -> Path:
    joblib.dump(fitted(rows, labels), path)
    return path


def write_skl2onnx(path: Path, rows: pd.DataFrame, labels: NDArray[Any]) -> Path:
    """As skl2onnx writes by default: a label, and a dictionary of probabilities a row."""
    matrix = rows.to_numpy(np.float32)
    path.write_bytes(to_onnx(fitted(matrix, labels), matrix[:1]).SerializeToString())
    return path


def write_xgboost(path: Path, rows: pd.DataFrame, labels: NDArray[Any]) -> Path:
    import xgboost

    data = xgboost.DMatrix(rows.astype(float), label=labels)
    xgboost.train({"objective": "binary:logistic", "max_depth": 2}, data, 5).save_model(path)
    return path


def write_lightgbm(path: Path, rows: pd.DataFrame, labels: NDArray[Any], objective: str = "binary") -> Path:
    import lightgbm

    data = lightgbm.Dataset(rows, label=labels)
    lightgbm.train({"objective": objective, "verbose": -1, "num_leaves": 4}, data, 5).save_model(path)
    return path


def write_network(path: Path, columns: int, batch: int | str = "rows", *, sigmoid: bool = True) -> Path:
    """As torch.onnx.export writes Linear, ReLU, Linear, Sigmoid: one float input, named weights, one column out.

    Args:
        path: where to.
        columns: of the input.
        batch: a name, or the fixed size that it is without dynamic axes.
        sigmoid: without it the output is log-odds.
    """
    draw = np.random.default_rng(0)
    weights = {
        "0.weight": draw.normal(0, 0.05, (HIDDEN, columns)),
        "0.bias": draw.normal(0, 0.05, HIDDEN),
        "2.weight": draw.normal(0, 0.05, (1, HIDDEN)),
        "2.bias": draw.normal(0, 0.05, 1),
    }
    nodes = [
        helper.make_node("Gemm", ["x", "0.weight", "0.bias"], ["/0/Gemm"], transB=1),
        helper.make_node("Relu", ["/0/Gemm"], ["/1/Relu"]),
        helper.make_node("Gemm", ["/1/Relu", "2.weight", "2.bias"], ["/2/Gemm"], transB=1),
        helper.make_node("Sigmoid", ["/2/Gemm"], ["score"]),
    ]
    output = "score" if sigmoid else "/2/Gemm"
    return write_graph(
        path,
        nodes if sigmoid else nodes[:-1],
        {"x": (TensorProto.FLOAT, [batch, columns])},
        {output: (TensorProto.FLOAT, [batch, 1])},
        {name: values.astype(np.float32) for name, values in weights.items()},
    )


def write_graph(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: dict[str, tuple[int, list[Any]]],
    outputs: dict[str, tuple[int, list[Any]]],
    weights: dict[str, NDArray[Any]] | None = None,
) -> Path:
    """A graph of given nodes; inputs and outputs are named with their type and shape."""
    described = [
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in values.items()]
        for values in (inputs, outputs)
    ]
    constants = [numpy_helper.from_array(values, name) for name, values in (weights or {}).items()]
    graph = helper.make_graph(nodes, "main_graph", *described, constants)
    model = helper.make_model(
        graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(model, str(path))
    return path


def network_scores(path: Path, matrix: NDArray[Any]) -> NDArray[np.float64]:
    """What a network of `write_network` gives, by numpy."""
    weights = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(path)).graph.initializer}
    hidden = np.maximum(matrix @ weights["0.weight"].T.astype(float) + weights["0.bias"], 0)
    odds = hidden @ weights["2.weight"].T.astype(float) + weights["2.bias"]
    scores: NDArray[np.float64] = 1 / (1 + np.exp(-odds[:, 0]))
    return scores
