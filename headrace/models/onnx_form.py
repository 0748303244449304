"""A graph that was made elsewhere, brought into the form that workers run.

That is: one input ``features`` in double, a column a feature in the definition's order, and one output
``probabilities`` with two columns. Nodes are put before and behind; what is between stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, compose, helper, numpy_helper

from headrace.models.onnx_linear import SINGLE_ONLY, constant, in_plain_arithmetic
from headrace.models.onnx_model import INPUT, OUTPUT
from headrace.models.onnx_signature import DOUBLE, FLOAT, inputs_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


PREFIX = "imported_"
OPSET = 13
IR_VERSION = 4
"""Before it weights had to be inputs as well."""


def with_features_in_front(graph: ModelProto, order: Sequence[str], features: Sequence[str]) -> ModelProto:
    """The graph with the one input ``features``, its outputs as they were.

    Args:
        graph: checked by `headrace.models.onnx_signature.check_inputs`; not changed.
        order: names in the order of the graph's columns or inputs, as that gives them.
        features: names in the definition's order.
    """
    found = compose.add_prefix(without_zipmap(graph), PREFIX)
    where = [list(features).index(name) for name in order]
    inputs = inputs_of(found)
    columns = [where] if len(inputs) == 1 else [[each] for each in where]
    nodes = [
        node
        for value, which in zip(inputs, columns)
        for node in _picked(value.name, which, type_of(value), len(value.type.tensor_type.shape.dim))
    ]
    for each in found.graph.output:
        # onnxruntime warns of labels whose shape a converter wrote down for one row
        each.type.tensor_type.ClearField("shape")
    return _rebuilt(found, [*nodes, *found.graph.node], list(found.graph.output))


def with_probabilities_behind(graph: ModelProto, output: str, columns: int) -> ModelProto:
    """The graph with the one output ``probabilities``, held between 0 and 1: trees add up to a little more.

    Args:
        graph: as `with_features_in_front` gives it.
        output: which output holds them.
        columns: 2: of both classes; 1: of the positive one, as a column or without columns.
    """
    nodes = [
        constant("as_rows", np.array([-1, columns])),
        constant("zero", np.array(0.0)),
        constant("one", np.array(1.0)),
        helper.make_node("Cast", [output], ["as_double"], to=DOUBLE),
        helper.make_node("Reshape", ["as_double", "as_rows"], ["as_columns"]),
        helper.make_node("Max", ["as_columns", "zero"], ["not_below"]),
        helper.make_node("Min", ["not_below", "one"], ["within"]),
        # nothing, or not a number where the model overflowed: held at one it would pass for a score
        helper.make_node("Sub", ["as_columns", "as_columns"], ["nothing"]),
        helper.make_node("Add", ["within", "nothing"], ["positive" if columns == 1 else OUTPUT]),
    ]
    if columns == 1:
        nodes += [
            helper.make_node("Sub", ["one", "positive"], ["negative"]),
            helper.make_node("Concat", ["negative", "positive"], [OUTPUT], axis=1),
        ]
    value = helper.make_tensor_value_info(OUTPUT, DOUBLE, [None, 2])
    return _rebuilt(graph, _needed([*graph.graph.node, *nodes], OUTPUT), [value])


def in_double(graph: ModelProto) -> ModelProto:
    """The same graph with every single precision number made a double.

    Single precision sums depend on how many rows are computed together; rounded doubles do not. Trees are left
    as they are: they compare, and add up a row at a time.
    """
    found = _rebuilt(graph, in_plain_arithmetic(graph.graph.node), list(graph.graph.output))
    for tensor in _tensors(found):
        if tensor.data_type == FLOAT:
            tensor.CopyFrom(
                numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name)
            )
    for node in found.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == FLOAT:
                attribute.i = DOUBLE
    for value in [*found.graph.value_info, *found.graph.input, *found.graph.output]:
        if type_of(value) == FLOAT:
            value.type.tensor_type.elem_type = DOUBLE
    return found


def is_single(graph: ModelProto) -> bool:
    """Whether anything is computed in single precision."""
    if any(node.op_type in SINGLE_ONLY for node in graph.graph.node):
        return True
    casts = (each for node in graph.graph.node if node.op_type == "Cast" for each in node.attribute)
    return any(each.i == FLOAT for each in casts) or any(each.data_type == FLOAT for each in _tensors(graph))


def without_zipmap(graph: ModelProto) -> ModelProto:
    """The graph without the node that makes a dictionary of each row's probabilities, as skl2onnx adds by default."""
    found = ModelProto()
    found.CopyFrom(graph)
    for node in [each for each in found.graph.node if each.op_type == "ZipMap"]:
        found.graph.node.remove(node)
        for output in found.graph.output:
            if output.name == node.output[0]:
                output.CopyFrom(helper.make_tensor_value_info(node.input[0], FLOAT, [None, None]))
    return found


def _picked(name: str, which: Sequence[int], kind: int, rank: int) -> Iterator[NodeProto]:
    """Nodes that make one input of the features: its columns, in its type, in its shape."""
    yield constant(f"columns_of_{name}", np.array(which))
    yield helper.make_node("Gather", [INPUT, f"columns_of_{name}"], [f"picked_{name}"], axis=1)
    if rank == 1:
        yield constant(f"rows_of_{name}", np.array([-1]))
        yield helper.make_node("Cast", [f"picked_{name}"], [f"typed_{name}"], to=kind)
        yield helper.make_node("Reshape", [f"typed_{name}", f"rows_of_{name}"], [name])
    else:
        yield helper.make_node("Cast", [f"picked_{name}"], [name], to=kind)


def _needed(nodes: Sequence[NodeProto], output: str) -> list[NodeProto]:
    """The nodes that lead to an output, in their order."""
    wanted, kept = {output}, []
    for node in reversed(nodes):
        if wanted & set(node.output):
            wanted.update(_read(node))
            kept.append(node)
    return kept[::-1]


def _read(node: NodeProto) -> Iterator[str]:
    """Names that a node reads, in the graphs inside of it as well."""
    yield from node.input
    for attribute in node.attribute:
        for inner in [*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])]:
            for each in inner.node:
                yield from _read(each)
            yield from (each.name for each in inner.output)


def _rebuilt(graph: ModelProto, nodes: Sequence[NodeProto], outputs: Sequence[ValueInfoProto]) -> ModelProto:
    """The graph with other nodes and outputs, the input ``features``, and an opset for the nodes that were added."""
    found = ModelProto()
    found.CopyFrom(graph)
    read = {name for node in nodes for name in _read(node)}
    weights = [each for each in graph.graph.initializer if each.name in read]
    del found.graph.node[:], found.graph.output[:], found.graph.input[:], found.graph.initializer[:]
    found.graph.node.extend(nodes)
    found.graph.output.extend(outputs)
    found.graph.input.append(helper.make_tensor_value_info(INPUT, DOUBLE, [None, None]))
    found.graph.initializer.extend(weights)
    found.ir_version = max(found.ir_version, IR_VERSION)
    if not any(each.domain in {"", "ai.onnx"} for each in found.opset_import):
        found.opset_import.add(domain="", version=OPSET)
    return found


def _tensors(graph: ModelProto) -> Iterator[TensorProto]:
    """Weights and constants."""
    yield from graph.graph.initializer
    for node in graph.graph.node:
        yield from (each.t for each in node.attribute if each.HasField("t"))
