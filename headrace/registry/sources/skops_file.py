"""Estimators of scikit-learn kept by skops, which loads types that it trusts and runs nothing."""

from __future__ import annotations

import hashlib
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
        ImportRefusedError: skops is not installed, or the file has types that neither it nor the request trusts.
        SignatureError: its features are not those of the definition.
        ExportError: it can not be expressed faithfully in ONNX.
    """
    try:
        from skops import io
    except ImportError as error:
        raise ImportRefusedError(
            f"{path} was written by skops, which is not here: {error}", "pip install 'headrace[imports]'"
        ) from error
    content = path.read_bytes()
    try:
        unknown = io.get_untrusted_types(data=content)
        _check(path, content, unknown, request)
        estimator = io.loads(content, trusted=unknown)
    except ImportRefusedError:
        raise
    except Exception as error:
        raise ImportRefusedError(
            f"skops does not load {path}: {error}", "Export it to ONNX where it was made."
        ) from error
    return from_estimator(Kept("skops", estimator, {FILE: content}, ()), request, columns)


def _check(path: Path, content: bytes, unknown: list[str], request: Request) -> None:
    """Types that skops does not vouch for, those of trees among them, take permission and hash as a pickle does."""
    found = hashlib.sha256(content).hexdigest()
    if unknown and (not request.allow_pickle or found != (request.sha256 or "").lower()):
        raise ImportRefusedError(
            f"{path} has types that skops does not trust: {', '.join(unknown)}",
            f"If you trust where it comes from: --allow-pickle --sha256 {found}. "
            "Take the hash from whoever made the file, not from this line.",
        )
