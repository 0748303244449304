"""The file by which MLflow knows what an artifact is: its signature, and that it is an ONNX model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.models.artifact import ONNX
from headrace.registry import pyfunc

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.artifact import Artifact

NAME = "MLmodel"
TYPES = {"DOUBLE": "double", "INT": "integer", "BIGINT": "long"}


def write_mlmodel(artifact: Artifact, run: str, folder: Path) -> Path:
    """Write ``MLmodel``, with which ``mlflow.pyfunc`` loads an artifact and the UI shows its signature.

    Args:
        artifact: a verified artifact; nothing is added to it.
        run: id of the run that logs it.
        folder: where to write.

    Returns:
        The file.
    """
    from mlflow.models import Model
    from mlflow.models.signature import ModelSignature
    from mlflow.types.schema import ColSpec, Schema

    inputs = Schema([ColSpec(TYPES[each.type], each.name) for each in artifact.manifest.features])
    outputs = Schema(
        [ColSpec("double" if name == "score" else "string", name, required=False) for name in pyfunc.COLUMNS]
    )
    model = Model(artifact_path="model", run_id=run, signature=ModelSignature(inputs, outputs))
    libraries = artifact.manifest.document["libraries"]
    model.add_flavor("onnx", onnx_version=libraries["onnx"], data=ONNX, providers=["CPUExecutionProvider"])
    model.add_flavor("python_function", loader_module=pyfunc.__name__, python_version=libraries["python"])
    model.save(str(folder / NAME))
    return folder / NAME
