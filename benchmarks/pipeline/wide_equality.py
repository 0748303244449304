"""What is compared where a payment has more features than the shipped ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.pipeline.equality import Expected
from benchmarks.pipeline.wide_truth import WideTruth

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from benchmarks.pipeline.wide import Width


class WideExpected(Expected):
    """As :class:`Expected`, the further features among them.

    Args:
        payments: as of :class:`Expected`.
        filled: the same.
        model: the same.
        width: which features there are.
    """

    def __init__(self, payments: pd.DataFrame, filled: int, model: Path, width: Width) -> None:
        super().__init__(payments, filled, model)
        self._truth = WideTruth(payments, width, self.until)
