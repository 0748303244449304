"""Pickled scikit-learn estimators: loading one runs whatever is in it, so it takes a permission and a hash."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import TYPE_CHECKING, Any

import joblib
import onnx
import pandas as pd

from headrace.models.artifact import JOBLIB
from headrace.models.foreign_graph import Foreign
from headrace.models.onnx_export import export
from headrace.models.onnx_signature import SignatureError, check_names
from headrace.registry.sources.onnx_file import UNNAMED
from headrace.registry.sources.request import ImportRefusedError, Request

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


def read_pickled(path: Path, request: Request, columns: tuple[str, ...] | None = None) -> Foreign:
    """Load a fitted scikit-learn classifier and convert it.

    Args:
        path: written by joblib, pickle or cloudpickle.
        request: has to allow it, and to name the hash.
        columns: names of its columns, where something else than the estimator knows them.

    Raises:
        ImportRefusedError: it is not allowed, another file, or no classifier.
        SignatureError: its features are not those of the definition.
        ExportError: it can not be expressed faithfully in ONNX.
    """
    content = _permitted(path, request)
    estimator, notes = _loaded(content, path)
    columns = _columns(estimator, columns, request)
    order = check_names(columns, request.definition.features)
    rows = request.inputs[order]
    named = hasattr(estimator, "feature_names_in_")
    graph, _ = export(estimator, rows if named else pd.DataFrame(rows.to_numpy()))

    def reference(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        given = pd.DataFrame(matrix, columns=order) if named else matrix
        scores: NDArray[np.float64] = estimator.predict_proba(given)[:, 1]
        return scores

    return Foreign(
        "joblib",
        onnx.load_from_string(graph),
        columns,
        " ".join(repr(estimator).split()),
        reference=reference,
        estimator=estimator,
        files={JOBLIB: content},
        notes=(*notes, *(() if columns else (UNNAMED,))),
    )


def _permitted(path: Path, request: Request) -> bytes:
    """The bytes of a pickle that may be loaded: those, and no others that somebody puts there later.

    Raises:
        ImportRefusedError: says what is missing.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if not request.allow_pickle or not request.sha256:
        raise ImportRefusedError(
            f"{path} is a pickle: loading it runs whatever is in it",
            f"If you trust where it comes from: --allow-pickle --sha256 {found}. "
            "Take the hash from whoever made the file, not from this line.",
        )
    if found != request.sha256.lower():
        raise ImportRefusedError(
            f"SHA-256 of {path} is {found}, expected {request.sha256.lower()}; it was not loaded",
            "Get the file again from where it was made.",
        )
    return content


def _loaded(content: bytes, path: Path) -> tuple[Any, list[str]]:
    """The estimator, and what was said while it was loaded: that it is of another version of scikit-learn."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            estimator = joblib.load(io.BytesIO(content))
        except Exception as error:
            raise ImportRefusedError(
                f"{path} can not be loaded: {type(error).__name__}: {error}",
                "Load it with the libraries that wrote it, and export it to ONNX there.",
            ) from error
    if not hasattr(estimator, "predict_proba") or len(getattr(estimator, "classes_", ())) != 2:  # noqa: PLR2004 -- two classes
        raise ImportRefusedError(
            f"{path} holds a {type(estimator).__name__}; expected a fitted classifier of two classes with predict_proba"
        )
    return estimator, sorted({" ".join(str(each.message).split()) for each in said})


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
