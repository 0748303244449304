"""Which kind of model a file or folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.registry.sources.boosters import read_lightgbm, read_xgboost
from headrace.registry.sources.mlflow_folder import MLMODEL, file_of, read_mlflow
from headrace.registry.sources.onnx_file import read_onnx
from headrace.registry.sources.pickled import read_pickled
from headrace.registry.sources.request import ImportRefusedError, Request
from headrace.registry.sources.skops_file import read_skops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.foreign_graph import Foreign

READERS: dict[str, Callable[[Path, Request], Foreign]] = {
    ".onnx": lambda path, _: read_onnx(path),
    ".joblib": read_pickled,
    ".pkl": read_pickled,
    ".pickle": read_pickled,
    ".skops": read_skops,
    ".json": lambda path, _: read_xgboost(path),
    ".ubj": lambda path, _: read_xgboost(path),
    ".txt": lambda path, _: read_lightgbm(path),
}
ELSEWHERE = {
    ".pt": "torch.onnx.export",
    ".pth": "torch.onnx.export",
    ".ckpt": "torch.onnx.export",
    ".safetensors": "torch.onnx.export",
    ".keras": "tf2onnx.convert.from_keras",
    ".h5": "tf2onnx.convert.from_keras",
    ".pb": "python -m tf2onnx.convert",
}
"""Files that hold weights but not what is to be done with them, or need the whole library: what converts them."""


def main_file(path: Path) -> Path:
    """The file whose hash identifies a model.

    Raises:
        ImportRefusedError: there is nothing, or nothing that can be imported; says what could.
    """
    if (path / MLMODEL).is_file():
        return file_of(path)
    if path.suffix in ELSEWHERE or (path / "saved_model.pb").is_file():
        by = ELSEWHERE.get(path.suffix, ELSEWHERE[".pb"])
        raise ImportRefusedError(
            f"{path} can not be imported as it is; expected ONNX",
            f"Convert it with {by}, and import the .onnx file.",
        )
    if not path.is_file() or path.suffix not in READERS:
        raise ImportRefusedError(
            f"expected a file that ends in {', '.join(READERS)}, or a folder with {MLMODEL}, got {path}"
            f"{'' if path.exists() else ', which does not exist'}",
            "Or models:/<name>/<version> of an MLflow registry.",
        )
    return path


def read(path: Path, request: Request) -> tuple[Foreign, str]:
    """Read a model.

    Args:
        path: a file, or a folder that MLflow wrote.
        request: what for.

    Returns:
        The model, and the SHA-256 of its file.

    Raises:
        ImportRefusedError: it can not be read, or must not be.
        SignatureError: it takes something else than the definition says.
        ExportError: it can not be expressed in ONNX.
    """
    main = main_file(path)
    sha256 = request.verify(main)
    if path.is_dir():
        return read_mlflow(path, request), sha256
    return READERS[main.suffix](path, request), sha256
