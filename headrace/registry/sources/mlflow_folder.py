"""Folders that MLflow's flavours write: what ``MLmodel`` says, read without MLflow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from headrace.models.onnx_signature import SignatureError, check_names, check_types
from headrace.registry.sources.boosters import read_lightgbm, read_xgboost
from headrace.registry.sources.onnx_file import read_onnx
from headrace.registry.sources.pickled import read_pickled
from headrace.registry.sources.request import ImportRefusedError, Request
from headrace.registry.sources.skops_file import read_skops

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.foreign_graph import Foreign

MLMODEL = "MLmodel"
REAL, WHOLE = {"double", "float"}, {"integer", "long", "boolean"}
FLAVOURS = ("onnx", "sklearn", "xgboost", "lightgbm")
KEYS = {"sklearn": "pickled_model"}


def file_of(folder: Path) -> Path:
    """The file of a model that MLflow's flavours wrote.

    Raises:
        ImportRefusedError: none of its flavours can be imported.
    """
    flavour, described = _flavour(folder)
    name = str(described.get(KEYS.get(flavour, "data"), ""))
    return _onnx_in(folder / name) if flavour == "onnx" else folder / name


def read_mlflow(folder: Path, request: Request) -> Foreign:
    """Read a model by the first of its flavours that is known, checked against its signature.

    Raises:
        ImportRefusedError: none of its flavours can be imported, or its file can not be read.
        SignatureError: the signature, or the model, has other features than the definition.
    """
    columns = _signed_columns(folder, request)
    flavour, _ = _flavour(folder)
    path = file_of(folder)
    if flavour == "onnx":
        return read_onnx(path, columns)
    if flavour == "sklearn":
        return (read_skops if path.suffix == ".skops" else read_pickled)(path, request, columns)
    if path.suffix in {".pkl", ".skops"}:
        raise ImportRefusedError(
            f"{path} is a {flavour} classifier kept by Python, expected a booster",
            "Log its booster, or as ONNX.",
        )
    return read_xgboost(path) if flavour == "xgboost" else read_lightgbm(path)


def _flavour(folder: Path) -> tuple[str, dict[str, Any]]:
    found = _document(folder).get("flavors") or {}
    for name in FLAVOURS:
        if name in found:
            return name, found[name]
    raise ImportRefusedError(
        f"{folder} has the flavours {', '.join(found) or 'none'}, expected one of {', '.join(FLAVOURS)}",
        "Convert it to ONNX: torch.onnx.export, tf2onnx or skl2onnx; then log or import that.",
    )


def _document(folder: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load((folder / MLMODEL).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ImportRefusedError(f"{folder / MLMODEL} is no YAML: {error}") from error
    return document if isinstance(document, dict) else {}


def _signed_columns(folder: Path, request: Request) -> tuple[str, ...] | None:
    """Names of the signature's inputs, if it has any; checked, types too."""
    signature = _document(folder).get("signature") or {}
    inputs = json.loads(signature.get("inputs") or "[]")
    features = request.definition.features
    if not all("name" in each for each in inputs) or not inputs or inputs[0]["type"] == "tensor":
        _check_tensors(inputs, len(features))
        return None
    names = check_names([each["name"] for each in inputs], features)
    check_types({each["name"]: str(each["type"]) for each in inputs}, features, REAL, WHOLE)
    return tuple(names)


def _check_tensors(inputs: list[dict[str, Any]], features: int) -> None:
    """A signature of one tensor has as many columns as the definition features; one of several is left to the graph."""
    if len(inputs) == 1 and inputs[0]["type"] == "tensor":
        shape = inputs[0]["tensor-spec"]["shape"]
        if shape[-1] not in {-1, features}:
            raise SignatureError(
                f"the signature has a tensor of shape {shape}, expected {features} columns",
                "Name another definition, or write one with these features.",
            )


def _onnx_in(path: Path) -> Path:
    """The flavour names the file, or a folder with it and its weights."""
    return path if path.is_file() else next(path.glob("*.onnx"), path)
