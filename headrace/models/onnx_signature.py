"""What a graph that was made elsewhere takes and gives, held against a model definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnx import TensorProto

from headrace.errors import HeadraceError
from headrace.models.features import REAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onnx import ModelProto, ValueInfoProto

    from headrace.models.features import Feature

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE
REALS = (FLOAT, DOUBLE)
NUMBERS = (*REALS, TensorProto.INT32, TensorProto.INT64)
BATCHES = (
    "torch.onnx.export wants dynamic_axes={'<input>': {0: 'rows'}} or dynamic_shapes; tf2onnx wants a signature "
    "with None for the rows."
)


class SignatureError(HeadraceError):
    """A model takes or gives something else than its definition says."""


def inputs_of(graph: ModelProto) -> list[ValueInfoProto]:
    """The inputs that are given at run time, weights left out."""
    weights = {each.name for each in graph.graph.initializer}
    return [each for each in graph.graph.input if each.name not in weights]


def check_inputs(graph: ModelProto, features: Sequence[Feature], columns: Sequence[str] | None) -> list[str]:
    """Check number, names and types of a graph's inputs.

    Args:
        graph: takes one matrix of ``float`` or ``double`` with one column a feature, or one column an input, named.
        features: what the definition says.
        columns: names of the columns of the one matrix, in order, where they are known.

    Returns:
        Names of the features, in the order of the graph's columns or inputs.

    Raises:
        SignatureError: says what was expected, and what came.
    """
    given = inputs_of(graph)
    for each in given:
        _check_tensor(each)
    if len(given) > 1 or given[0].name in {feature.name for feature in features}:
        return _check_named(given, features)
    kind, width = type_of(given[0]), _dimensions(given[0])[-1]
    expected = f"one input of float or double with {len(features)} columns, or {len(features)} named inputs"
    if kind not in REALS or len(_dimensions(given[0])) != 2 or width not in {len(features), 0}:  # noqa: PLR2004 -- a matrix
        raise SignatureError(f"the model takes {shown(given)}; expected {expected}", _listed(features))
    return check_names(columns, features)


def check_names(columns: Sequence[str] | None, features: Sequence[Feature]) -> list[str]:
    """The given names, if they are those of the features in any order; those of the features if none are given.

    Raises:
        SignatureError: names what is missing and what is extra.
    """
    names = [feature.name for feature in features]
    if columns is None:
        return names
    missing = [name for name in names if name not in columns]
    extra = [name for name in columns if name not in names]
    if missing or extra or len(columns) != len(names):
        sides = {"missing": missing, "extra": extra, "expected": names, "the model takes": columns}
        lines = [f"  {what}: {', '.join(which)}" for what, which in sides.items() if which]
        raise SignatureError(
            "\n".join(["the model's features are not those of the definition", *lines]),
            "Name another definition, or write one with these features: features are matched by name.",
        )
    return list(columns)


def check_types(
    given: Mapping[str, str], features: Sequence[Feature], real: set[str], whole: set[str]
) -> None:
    """Check named types of another system: a feature with a fraction needs a real type, a whole one any number.

    Args:
        given: type by name of a feature.
        features: what the definition says.
        real: names of the types that hold fractions.
        whole: names of the types that hold whole numbers.

    Raises:
        SignatureError: says which, what was expected and what came.
    """
    wrong = [
        f"{each.name} is {given[each.name]}, expected {each.type}"
        for each in features
        if given[each.name] not in (real if each.type == REAL else real | whole)
    ]
    if wrong:
        raise SignatureError(
            f"the model takes features of other types: {', '.join(wrong)}",
            "Train it on these features, or write a definition with its types.",
        )


def type_of(value: ValueInfoProto) -> int:
    """Element type of a tensor; 0 for what is none."""
    return int(value.type.tensor_type.elem_type)


def shown(values: Sequence[ValueInfoProto]) -> str:
    """Inputs or outputs with type and shape, for people."""
    return ", ".join(f"{each.name} {_type_name(each)}{_shape(each)}" for each in values)


def _check_named(given: Sequence[ValueInfoProto], features: Sequence[Feature]) -> list[str]:
    names = check_names([each.name for each in given], features)
    kinds = {each.name: _type_name(each) for each in given}
    real, whole = (
        {TensorProto.DataType.Name(kind).lower() for kind in kinds}
        for kinds in (REALS, [kind for kind in NUMBERS if kind not in REALS])
    )
    check_types(kinds, features, real, whole)
    return names


def _check_tensor(value: ValueInfoProto) -> None:
    dimensions = _dimensions(value)
    if not value.type.HasField("tensor_type") or len(dimensions) not in {1, 2}:
        raise SignatureError(
            f"the model takes {shown([value])}; expected tensors of rows, or of rows and columns"
        )
    if dimensions[0]:
        raise SignatureError(
            f"the model takes {shown([value])}: batches of {dimensions[0]} only; expected any number of rows",
            BATCHES,
        )


def _dimensions(value: ValueInfoProto) -> list[int]:
    """Sizes; 0 for one that is open."""
    return [int(each.dim_value) for each in value.type.tensor_type.shape.dim]


def _type_name(value: ValueInfoProto) -> str:
    return str(TensorProto.DataType.Name(type_of(value))).lower() if type_of(value) else "sequence"


def _shape(value: ValueInfoProto) -> str:
    return f"[{', '.join(str(size or 'any') for size in _dimensions(value))}]"


def _listed(features: Sequence[Feature]) -> str:
    return f"The definition's features: {', '.join(f'{each.name} {each.type}' for each in features)}."
