"""What is put before and behind a graph that was made elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from headrace.models.onnx_form import in_double, is_single, with_features_in_front, with_probabilities_behind
from headrace.models.onnx_linear import in_plain_arithmetic
from headrace.models.onnx_model import INPUT, OnnxModel, session_of

DOUBLE, FLOAT = TensorProto.DOUBLE, TensorProto.FLOAT


def graph(nodes: list[object], columns: int, opset: int = 17, kind: int = DOUBLE) -> ModelProto:
    """A graph from ``x`` to ``p``."""
    inputs = [helper.make_tensor_value_info("x", kind, ["rows", columns])]
    outputs = [helper.make_tensor_value_info("p", kind, None)]
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_graph(nodes, "graph", inputs, outputs)
    return helper.make_model(made, opset_imports=domains, ir_version=8)


def same(columns: int, opset: int = 17) -> ModelProto:
    return graph([helper.make_node("Identity", ["x"], ["p"])], columns, opset)


def scorer(front: ModelProto, columns: int) -> OnnxModel:
    return OnnxModel(with_probabilities_behind(front, "imported_p", columns).SerializeToString())


@pytest.mark.parametrize("opset", [9, 13, 17])
def test_scores_are_held_between_nothing_and_one_but_an_overflow_stays_one(opset: int) -> None:
    model = scorer(with_features_in_front(same(1, opset), ["a"], ["a"]), 1)
    given = np.array([[-1e-7], [0.25], [1 + 1e-7], [np.inf], [-np.inf], [np.nan]])
    assert model.scores(given).tolist()[:3] == [0.0, 0.25, 1.0]
    assert np.isnan(model.scores(given)[3:]).all()


def test_columns_come_in_the_order_of_the_model() -> None:
    model = scorer(with_features_in_front(same(2), ["second", "first"], ["first", "second"]), 2)
    assert model.scores(np.array([[0.1, 0.9], [0.2, 0.8]])).tolist() == [0.1, 0.2]


def test_what_does_not_lead_to_the_probabilities_is_left_out() -> None:
    nodes = [helper.make_node("Identity", ["x"], ["p"]), helper.make_node("ArgMax", ["x"], ["label"])]
    front = with_features_in_front(graph(nodes, 2), ["a", "b"], ["a", "b"])
    kept = with_probabilities_behind(front, "imported_p", 2)
    assert "ArgMax" in {node.op_type for node in front.graph.node}
    assert "ArgMax" not in {node.op_type for node in kept.graph.node}


@pytest.mark.parametrize("post", ["LOGISTIC", "SOFTMAX", "NONE"])
def test_linear_classifiers_mean_the_same_in_double(post: str) -> None:
    nodes = [
        helper.make_node(
            "Scaler", ["x"], ["scaled"], domain="ai.onnx.ml", offset=[1.0, 2.0], scale=[0.5, 2.0]
        ),
        helper.make_node("Normalizer", ["scaled"], ["normal"], domain="ai.onnx.ml", norm="L2"),
        helper.make_node(
            "LinearClassifier",
            ["normal"],
            ["label", "p"],
            domain="ai.onnx.ml",
            coefficients=[-0.5, 0.25, 0.5, -0.25],
            intercepts=[-0.125, 0.125],
            classlabels_ints=[0, 1],
            post_transform=post,
        ),
    ]
    front = with_features_in_front(graph(nodes, 2, kind=FLOAT), ["a", "b"], ["a", "b"])
    single = with_probabilities_behind(front, "imported_p", 2)
    wide = in_double(single)
    rows = np.random.default_rng(0).normal(0, 3, (50, 2))
    expected, found = (
        np.asarray(session_of(each.SerializeToString()).run(None, {INPUT: rows})[0])
        for each in (single, wide)
    )
    assert is_single(single)
    assert not is_single(wide)
    assert {node.domain for node in wide.graph.node} == {""}
    assert np.abs(expected - found).max() < 1e-6


def test_words_that_are_not_known_stay_as_they_are() -> None:
    words = [
        helper.make_node("Normalizer", ["x"], ["p"], domain="ai.onnx.ml", norm="MAX"),
        helper.make_node("LinearClassifier", ["x"], ["l", "p"], domain="ai.onnx.ml", coefficients=[1.0]),
        helper.make_node("Relu", ["x"], ["p"]),
    ]
    assert in_plain_arithmetic(words) == words


def test_weights_become_doubles_and_keep_their_values() -> None:
    made = same(1)
    made.graph.initializer.append(numpy_helper.from_array(np.array([0.1], np.float32), "w"))
    made.graph.node.append(helper.make_node("Identity", ["w"], ["p2"]))
    (weight,) = in_double(made).graph.initializer
    assert numpy_helper.to_array(weight).tolist() == [float(np.float32(0.1))]
