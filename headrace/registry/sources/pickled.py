"""Pickled scikit-learn estimators: loading one runs whatever is in it, so it takes a permission and a hash."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import TYPE_CHECKING, Any

import joblib

from headrace.models.artifact import JOBLIB
from headrace.registry.sources.estimator import Kept, from_estimator
from headrace.registry.sources.request import ImportRefusedError, Request

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.foreign_graph import Foreign


def read_pickled(path: Path, request: Request, columns: tuple[str, ...] | None = None) -> Foreign:
    """Load a fitted scikit-learn classifier and convert it.

    Args:
        path: written by joblib, pickle or cloudpickle.
        request: has to allow it, and to name the hash.
        columns: names of its columns, where something else than the estimator knows them.

    Raises:
        ImportRefusedError: it is not allowed, another file, or no classifier of two classes.
        SignatureError: its features are not those of the definition.
        ExportError: it can not be expressed faithfully in ONNX.
    """
    content = _permitted(path, request)
    estimator, notes = _loaded(content, path)
    return from_estimator(Kept("joblib", estimator, {JOBLIB: content}, notes), request, columns)


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


def _loaded(content: bytes, path: Path) -> tuple[Any, tuple[str, ...]]:
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
    return estimator, tuple(sorted({" ".join(str(each.message).split()) for each in said}))
