"""Gradient boosted trees whose ONNX form splits exactly where scikit-learn does.

The converter writes splits in single precision. Histogram boosting compares in double, and often splits right at
values that occur, so rows come to lie on the other side (32 of 134,000 in the fraud benchmark). ONNX can hold the
splits in double (ai.onnx.ml 3, ``nodes_values_as_tensor``); here they are put in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import AttributeProto, ModelProto, NodeProto
    from sklearn.ensemble import HistGradientBoostingClassifier

OPERATOR = "TreeEnsembleClassifier"
ML_DOMAIN, ML_OPSET = "ai.onnx.ml", 3


class ExportError(HeadraceError):
    """An estimator can not be expressed in ONNX, or would score otherwise there."""


def put_exact_splits(graph: ModelProto, trees: HistGradientBoostingClassifier) -> None:
    """Replace splits, leaves and the base value by those of the fitted trees, in double precision.

    Args:
        graph: the converted classifier with double input; changed in place. Its output stays in single
            precision, as the operator has no other.
        trees: what it was converted from.

    Raises:
        ExportError: the graph does not hold the same trees in the same order.
    """
    node = next(node for node in graph.graph.node if node.op_type == OPERATOR)
    nodes = np.concatenate([tree.nodes for trees_of_round in trees._predictors for tree in trees_of_round])  # noqa: SLF001 -- scikit-learn has no public view of these trees; the converter reads the same attribute
    leaves = nodes["is_leaf"].astype(bool)
    _replace(node, "nodes_values", np.where(leaves, 0.0, nodes["num_threshold"]))
    _replace(node, "class_weights", nodes["value"][leaves])
    _replace(node, "base_values", np.ravel(trees._baseline_prediction))  # noqa: SLF001 -- as above
    for value in [*graph.graph.output, *graph.graph.value_info]:
        if value.name in node.output and value.type.tensor_type.elem_type == TensorProto.DOUBLE:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    for opset in graph.opset_import:
        opset.version = ML_OPSET if opset.domain == ML_DOMAIN else opset.version


def _replace(node: NodeProto, name: str, values: NDArray[Any]) -> None:
    """Put values in double where the same number of single ones was."""
    attribute: AttributeProto = next(attribute for attribute in node.attribute if attribute.name == name)
    single = np.asarray(attribute.floats)
    if single.shape != values.shape or not np.allclose(single, values, rtol=1e-5, atol=1e-6):
        raise ExportError(
            f"the converter's {name} are not in the order of scikit-learn's trees",
            "Use the pinned versions of scikit-learn and skl2onnx, or another estimator.",
        )
    node.attribute.remove(attribute)
    tensor = numpy_helper.from_array(values.astype(np.float64), name)
    node.attribute.append(helper.make_attribute(f"{name}_as_tensor", tensor))
