"""A model that costs next to nothing: with it a job shows what it costs without its model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper

from headrace.models.artifact import GOLDEN, JOBLIB, ONNX, load_artifact, write_artifact
from headrace.models.manifest import SEAL
from headrace.models.onnx_linear import constant
from headrace.models.onnx_model import INPUT, OUTPUT
from headrace.models.reasons import LINEAR
from headrace.planning.inference import golden_rows

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.artifact import Artifact

VERSION = "blank"
SCORE = 0.5
NEVER = 1.0
"""A threshold above the score: nothing alerts, so no reasons are asked for."""
_OPSET, _IR = 17, 8


def blank_artifact(like: Artifact, folder: Path) -> Artifact:
    """An artifact with the features of another that gives every row the same score.

    Args:
        like: its features and golden rows are taken.
        folder: must not be there.

    Raises:
        ArtifactError: when the folder is there.
    """
    document = {key: value for key, value in like.manifest.document.items() if key not in _OWN}
    names = [feature.name for feature in like.manifest.features]
    document["decision"] = {**document["decision"], "threshold": NEVER}
    document["reasons"] = {
        "method": LINEAR,
        "baseline": dict.fromkeys(names, 0.0),
        "weights": dict.fromkeys(names, 0.0),
    }
    files = {ONNX: blank_graph(len(names)), JOBLIB: b"", GOLDEN: _golden(like)}
    return load_artifact(write_artifact(folder, document, files, VERSION))


def blank_graph(features: int) -> bytes:
    """A graph that reads its features and says one half."""
    nodes = [
        constant("nothing", np.zeros((features, 2))),
        constant("half", [SCORE, SCORE]),
        helper.make_node("MatMul", [INPUT, "nothing"], ["product"]),
        helper.make_node("Add", ["product", "half"], [OUTPUT]),
    ]
    inputs = [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, [None, features])]
    outputs = [helper.make_tensor_value_info(OUTPUT, TensorProto.DOUBLE, [None, 2])]
    graph = helper.make_graph(nodes, VERSION, inputs, outputs)
    opset = [helper.make_opsetid("", _OPSET)]
    content: Any = helper.make_model(graph, opset_imports=opset, ir_version=_IR)
    return bytes(content.SerializeToString())


def _golden(like: Artifact) -> bytes:
    lines = [json.dumps({"features": row, "score": SCORE}) for row in golden_rows(like)]
    return ("\n".join(lines) + "\n").encode()


_OWN = {"format", "version", "files", SEAL}
