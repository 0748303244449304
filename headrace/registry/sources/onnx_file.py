"""ONNX files, whatever wrote them: PyTorch, TensorFlow, skl2onnx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.models.foreign_graph import Foreign
from headrace.registry.sources.request import ImportRefusedError

if TYPE_CHECKING:
    from pathlib import Path

UNNAMED = "the file does not name its columns: they were taken in the order of the definition"


def read_onnx(path: Path, columns: tuple[str, ...] | None = None) -> Foreign:
    """Read an ONNX file, and the file of weights beside it if it has one.

    Args:
        path: the file.
        columns: names of the columns of its input, where something else than the file knows them.

    Raises:
        ImportRefusedError: it is no valid ONNX.
    """
    import onnx

    try:
        graph = onnx.load(str(path))
        onnx.checker.check_model(graph)
    except Exception as error:
        raise ImportRefusedError(f"{path} is no ONNX model: {error}", "Export it again.") from error
    weights = {each.name for each in graph.graph.initializer}
    inputs = [each.name for each in graph.graph.input if each.name not in weights]
    made_by = " ".join(filter(None, (graph.producer_name, graph.producer_version))) or "an unnamed program"
    notes = (UNNAMED,) if columns is None and len(inputs) == 1 else ()
    return Foreign("onnx", graph, columns, f"ONNX graph by {made_by}", notes=notes)
