"""ONNX's own words for scaling and for linear classifiers, said in plain arithmetic.

``Scaler``, ``Normalizer`` and ``LinearClassifier`` (ai.onnx.ml) give single precision whatever they are given. Said as
Sub, Mul, MatMul and Sigmoid they can be computed in double.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import NodeProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

POSTERIORS = {"LOGISTIC": "Sigmoid", "SOFTMAX": "Softmax", "NONE": "Identity"}
NORMS = {"L1": 1, "L2": 2}


def in_plain_arithmetic(nodes: Sequence[NodeProto]) -> list[NodeProto]:
    """The nodes, with those replaced that give single precision only; others stay as they are.

    Args:
        nodes: of a graph of which only what leads to the probabilities is left: labels are not computed any more.
    """
    replaced = (_WORDS.get(node.op_type, _as_it_is)(node) for node in nodes)
    return [node for group in replaced for node in group]


def _as_it_is(node: NodeProto) -> list[NodeProto]:
    return [node]


def _scaler(node: NodeProto) -> list[NodeProto]:
    attributes, name = _attributes(node), node.output[0]
    return [
        constant(f"{name}_offset", attributes["offset"]),
        constant(f"{name}_scale", attributes["scale"]),
        helper.make_node("Sub", [node.input[0], f"{name}_offset"], [f"{name}_shifted"]),
        helper.make_node("Mul", [f"{name}_shifted", f"{name}_scale"], [name]),
    ]


def _normalizer(node: NodeProto) -> list[NodeProto]:
    norm = _attributes(node)["norm"].decode()
    if norm not in NORMS:
        return [node]
    return [helper.make_node("LpNormalization", [node.input[0]], [node.output[0]], axis=-1, p=NORMS[norm])]


def _linear_classifier(node: NodeProto) -> list[NodeProto]:
    """Of two classes with coefficients for each; any other stays as it is."""
    attributes, name = _attributes(node), node.output[1]
    posterior = POSTERIORS.get(attributes.get("post_transform", b"NONE").decode())
    intercepts = np.asarray(attributes.get("intercepts", ()))
    if posterior is None or len(intercepts) != 2:  # noqa: PLR2004 -- two classes
        return [node]
    weights = np.asarray(attributes["coefficients"]).reshape(len(intercepts), -1).T
    return [
        constant(f"{name}_weights", weights),
        constant(f"{name}_intercepts", intercepts),
        helper.make_node("MatMul", [node.input[0], f"{name}_weights"], [f"{name}_product"]),
        helper.make_node("Add", [f"{name}_product", f"{name}_intercepts"], [f"{name}_sum"]),
        helper.make_node(posterior, [f"{name}_sum"], [name]),
    ]


def _attributes(node: NodeProto) -> dict[str, Any]:
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def constant(name: str, values: Sequence[float] | NDArray[Any]) -> NodeProto:
    """A node that gives an array, in its own type; numbers of a list are doubles."""
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(values), name))


_WORDS: dict[str, Callable[[NodeProto], list[NodeProto]]] = {
    "Scaler": _scaler,
    "Normalizer": _normalizer,
    "LinearClassifier": _linear_classifier,
}
SINGLE_ONLY = frozenset(_WORDS)
"""Operators whose output is single precision whatever they are given."""
