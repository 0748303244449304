"""Fitted scikit-learn estimators, however they were kept, on their way to ONNX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import onnx
import pandas as pd

from headrace.models.foreign_graph import Foreign
from headrace.models.onnx_export import export
from headrace.models.onnx_signature import SignatureError, check_names
from headrace.registry.sources.onnx_file import UNNAMED
from headrace.registry.sources.request import ImportRefusedError, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

CLASSES = 2


@dataclass(frozen=True)
class Kept:
    """An estimator that was loaded.

    Args:
        kind: how it was kept: ``joblib`` or ``skops``.
        estimator: what was loaded.
        files: its file, as it goes into the artifact.
        notes: what was said while it was loaded, such as that it is of another version of scikit-learn.
    """

    kind: str
    estimator: Any
    files: Mapping[str, bytes]
    notes: tuple[str, ...]


def from_estimator(kept: Kept, request: Request, columns: tuple[str, ...] | None) -> Foreign:
    """Convert a fitted classifier.

    Args:
        kept: what was loaded.
        request: what for.
        columns: names of its columns, where something else than the estimator knows them.

    Raises:
        ImportRefusedError: it is no classifier of two classes.
        SignatureError: its features are not those of the definition.
        ExportError: it can not be expressed faithfully in ONNX.
    """
    estimator = kept.estimator
    if not hasattr(estimator, "predict_proba") or len(getattr(estimator, "classes_", ())) != CLASSES:
        raise ImportRefusedError(
            f"the file holds a {type(estimator).__name__}; expected a fitted classifier of two classes "
            "with predict_proba"
        )
    columns = _columns(estimator, columns, request)
    order = check_names(columns, request.definition.features)
    rows = request.inputs[order]
    named = hasattr(estimator, "feature_names_in_")
    graph, _ = export(estimator, rows if named else pd.DataFrame(rows.to_numpy()))
    return Foreign(
        kept.kind,
        onnx.load_from_string(graph),
        columns,
        " ".join(repr(estimator).split()),
        reference=_scores_by(estimator, order if named else None),
        estimator=estimator,
        files=kept.files,
        notes=(*kept.notes, *(() if columns else (UNNAMED,))),
    )


def _scores_by(
    estimator: Any, names: list[str] | None
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """What scikit-learn says of rows in the estimator's order; names if it wants them."""

    def scores(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        given = matrix if names is None else pd.DataFrame(matrix, columns=names)
        found: NDArray[np.float64] = estimator.predict_proba(given)[:, 1]
        return found

    return scores


def _columns(estimator: Any, columns: tuple[str, ...] | None, request: Request) -> tuple[str, ...] | None:
    """Names that the estimator knows, else those that were given, else none; the number has to be right in any case."""
    if hasattr(estimator, "feature_names_in_"):
        return tuple(map(str, estimator.feature_names_in_))
    features = request.definition.features
    if columns is None and estimator.n_features_in_ != len(features):
        raise SignatureError(
            f"the model takes {estimator.n_features_in_} columns without names, the definition has {len(features)}: "
            f"{', '.join(each.name for each in features)}",
            "Name another definition, or write one with these features.",
        )
    return columns
