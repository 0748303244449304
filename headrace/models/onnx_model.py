"""An ONNX classifier as a function from features to scores.

Worker side: imports numpy and onnxruntime and nothing heavier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

if TYPE_CHECKING:
    from numpy.typing import NDArray

INPUT = "features"
OUTPUT = "probabilities"
SCORE_DECIMALS = 9


class OnnxModel:
    """A binary classifier, run on one thread so that the same row always gives the same score.

    Args:
        content: a serialised ONNX graph with the double input ``features``, n rows and one column a
            feature, and the output ``probabilities``, n rows and two columns.

    Raises:
        Exception: what onnxruntime raises for a graph it can not run; its classes have no public base.
    """

    def __init__(self, content: bytes) -> None:
        self._session = session_of(content)

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of the positive class, a row.

        Scores are rounded to `SCORE_DECIMALS`: matrix kernels may differ in the last bits between
        a batch and a single row, or between two processors, and a replay has to give the same bytes.

        Args:
            matrix: n rows, one column a feature in the model's order; finite values.

        Returns:
            n scores in [0, 1]; not finite where the model itself overflows.
        """
        if not len(matrix):
            return np.empty(0)
        probabilities = np.asarray(self._session.run([OUTPUT], {INPUT: matrix})[0], dtype=np.float64)
        return probabilities[:, 1].round(SCORE_DECIMALS)


def session_of(content: bytes) -> onnxruntime.InferenceSession:
    """A graph, ready to run on one thread of the processor.

    Raises:
        Exception: what onnxruntime raises for a graph it can not run; its classes have no public base.
    """
    return onnxruntime.InferenceSession(content, single_threaded(), providers=["CPUExecutionProvider"])


def single_threaded() -> onnxruntime.SessionOptions:
    """Options for one sequential thread: Flink's slots are the parallelism, and order decides bits."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return options
