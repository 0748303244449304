"""Features by name: what a model expects, what came, and the matrix between them.

Worker side: imports numpy and nothing heavier.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

REAL = "DOUBLE"
TYPES = (REAL, "INT", "BIGINT")

T = TypeVar("T")


class InvalidFeaturesError(HeadraceError):
    """Features are missing, left over, or of another type than the model was trained on."""


@dataclass(frozen=True)
class Feature:
    """One input of a model.

    Args:
        name: column name in SQL; features are matched by it and by nothing else.
        type: SQL type, one of ``DOUBLE``, ``INT`` and ``BIGINT``.
        unit: what one unit of the value is (``EUR``, ``transactions``, ``0 or 1``).

    Raises:
        InvalidFeaturesError: the type is none of the three, or the name is no plain column name.

    >>> Feature("amount", "DOUBLE", "EUR").type
    'DOUBLE'
    """

    name: str
    type: str
    unit: str

    def __post_init__(self) -> None:
        """Refuse what SQL could not name or a model could not take."""
        if self.type not in TYPES:
            raise InvalidFeaturesError(
                f"feature {self.name!r} has type {self.type!r}, expected one of {', '.join(TYPES)}",
                "Cast it to one of them in the SQL that computes it.",
            )
        if not self.name.isidentifier():
            raise InvalidFeaturesError(f"feature name {self.name!r} is not a plain column name")

    def as_document(self) -> dict[str, str]:
        """The feature as it stands in a manifest."""
        return asdict(self)


def to_matrix(
    features: Sequence[Feature], columns: Mapping[str, NDArray[Any]], model: str
) -> NDArray[np.float64]:
    """The columns of a batch as one matrix, in the order of the features.

    Args:
        features: what the model expects, in its order.
        columns: n values a feature, in any order. An integer feature that holds NULL may come as
            whole floats and NaN, which is how Flink hands it over.
        model: whose features they are; stands in the error.

    Returns:
        n rows, one column a feature; NULL is NaN.

    Raises:
        InvalidFeaturesError: a feature is missing, left over or of a wrong type; the message shows both sides.

    >>> pair = (Feature("amount", "DOUBLE", "EUR"), Feature("hour", "INT", "h"))
    >>> to_matrix(pair, {"hour": np.array([7, 8]), "amount": np.array([1.5, 2.5])}, "m").tolist()
    [[1.5, 7.0], [2.5, 8.0]]
    """
    check_features(features, columns, column_fits, lambda column: str(column.dtype), model)
    return np.column_stack([np.asarray(columns[feature.name], dtype=np.float64) for feature in features])


class RowReader:
    """Reads one event's values; as `to_matrix`, for Python values, None being NULL.

    Types that came before are known to fit: what is looked at of each event is whether its types are such.

    Args:
        features: what the model expects, in its order.
        model: whose features they are; stands in the error.

    >>> RowReader((Feature("amount", "DOUBLE", "EUR"),), "m").read({"amount": None}).tolist()
    [[nan]]
    """

    def __init__(self, features: Sequence[Feature], model: str) -> None:
        self._features, self._model = features, model
        self._names = tuple(feature.name for feature in features)
        self._fitting: set[tuple[type, ...]] = set()

    def read(self, values: Mapping[str, object]) -> NDArray[np.float64]:
        """A matrix of one row.

        Raises:
            InvalidFeaturesError: as `to_matrix`.
        """
        row = list(map(values.get, self._names))
        types = (*map(type, row),)
        if types not in self._fitting or len(values) != len(row):
            check_features(
                self._features, values, value_fits, lambda value: type(value).__name__, self._model
            )
            if type(None) not in types:  # which could also be a name that is missing
                self._fitting.add(types)
        return np.array([row], dtype=np.float64)


def check_features(
    features: Sequence[Feature],
    given: Mapping[str, T],
    fits: Callable[[Feature, T], bool],
    describe: Callable[[T], str],
    model: str,
) -> None:
    """Raise `InvalidFeaturesError` unless exactly the features are given, each of its type."""
    if len(given) == len(features) and all(f.name in given and fits(f, given[f.name]) for f in features):
        return
    expected = {feature.name: feature.type for feature in features}
    wrong = [f.name for f in features if f.name in given and not fits(f, given[f.name])]
    raise InvalidFeaturesError(
        describe_mismatch(expected, {name: describe(value) for name, value in given.items()}, wrong, model),
        "Give the model the features it was trained on, or train it on these.",
    )


def describe_mismatch(
    expected: Mapping[str, str], given: Mapping[str, str], wrong: Sequence[str], model: str
) -> str:
    """What is missing, extra and of a wrong type, and then both sides in full."""
    differences = {
        "missing": [f"{name} {kind}" for name, kind in expected.items() if name not in given],
        "extra": [f"{name} {kind}" for name, kind in given.items() if name not in expected],
        "wrong type": [f"{name} is {given[name]}, expected {expected[name]}" for name in wrong],
        "model expects": [f"{name} {kind}" for name, kind in expected.items()],
        "given": [f"{name} {kind}" for name, kind in given.items()],
    }
    lines = [f"  {what}: {', '.join(which)}" for what, which in differences.items() if which]
    return "\n".join([f"the features given are not those of model {model}", *lines])


def column_fits(feature: Feature, column: NDArray[Any]) -> bool:
    """Whether an array holds values of the feature's SQL type."""
    if feature.type == REAL:
        return column.dtype.kind == "f"
    return column.dtype.kind in "iu" or (column.dtype.kind == "f" and _are_nullable_integers(column))


def value_fits(feature: Feature, value: object) -> bool:
    """Whether a Python or numpy scalar is a value of the feature's SQL type; None is one of any."""
    if value is None:
        return True
    if feature.type == REAL:
        return isinstance(value, (float, np.floating))
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _are_nullable_integers(column: NDArray[Any]) -> bool:
    """Whether floats are what becomes of an integer column with NULL in it."""
    missing = np.isnan(column)
    known = column[~missing]
    return bool(missing.any() and (known == np.floor(known)).all())
