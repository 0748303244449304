"""Estimators of scikit-learn kept by skops, which loads known types only and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.registry.sources.estimator import Kept, from_estimator
from headrace.registry.sources.request import ImportRefusedError, Request

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.foreign_graph import Foreign

FILE = "model.skops"


def read_skops(path: Path, request: Request, columns: tuple[str, ...] | None = None) -> Foreign:
    """Load a fitted scikit-learn classifier and convert it.

    Args:
        path: written by skops, as MLflow does by default.
        request: what for.
        columns: names of its columns, where something else than the estimator knows them.

    Raises:
        ImportRefusedError: skops is not installed, or the file has types that it does not know.
        SignatureError: its features are not those of the definition.
        ExportError: it can not be expressed faithfully in ONNX.
    """
    try:
        from skops import io
    except ImportError as error:
        raise ImportRefusedError(
            f"{path} was written by skops, which is not here: {error}", "pip install 'headrace[imports]'"
        ) from error
    try:
        estimator = io.load(path)
    except Exception as error:
        raise ImportRefusedError(
            f"skops does not load {path}: {error}", "Export it to ONNX where it was made."
        ) from error
    return from_estimator(Kept("skops", estimator, {FILE: path.read_bytes()}, ()), request, columns)
