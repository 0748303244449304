"""Parts of the events by the values of a column: each value, or bands where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headrace.whatif.result import WhatIfError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

VALUES = 12
"""A column with more values is cut into bands."""
BANDS = 5
UNKNOWN = "NULL"

Part = tuple[str, str, "NDArray[np.bool_]"]


def default_columns(frame: pd.DataFrame, amount: str, columns: Sequence[str]) -> list[str]:
    """The amount, and those columns that have two values."""
    return [amount, *(each for each in columns if each != amount and frame[each].nunique() == 2)]  # noqa: PLR2004 -- yes and no


def cut(frame: pd.DataFrame, columns: Sequence[str]) -> list[Part]:
    """Cut events by columns, each by itself.

    Args:
        frame: the events.
        columns: each numeric, or of few values.

    Returns:
        Column, part, and which events are in it; the parts of a column are disjoint and together all events.

    Raises:
        WhatIfError: a column that is no number has too many values.
    """
    return [
        (column, value, chosen)
        for column in dict.fromkeys(columns)
        for value, chosen in _parts(frame[column])
    ]


def _parts(column: pd.Series[Any]) -> list[tuple[str, NDArray[np.bool_]]]:
    missing = column.isna().to_numpy()
    known = sorted(column.dropna().unique())
    if len(known) <= VALUES:
        parts = [(_text(value), (column == value).to_numpy(dtype=bool, na_value=False)) for value in known]
    elif pd.api.types.is_numeric_dtype(column):
        parts = _bands(column.to_numpy(dtype=np.float64, na_value=np.nan))
    else:
        raise WhatIfError(
            f"column {column.name} has {len(known)} values, expected a number or at most {VALUES} values",
            "Slice by another column.",
        )
    return [*parts, *([(UNKNOWN, missing)] if missing.any() else [])]


def _bands(values: NDArray[np.float64]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Bands of about as many events each, cut at numbers that are easy to read."""
    finite = values[np.isfinite(values)]
    cuts = np.quantile(finite, np.arange(1, BANDS) / BANDS) if len(finite) else []
    edges = sorted({float(f"{cut:.3g}") for cut in cuts})
    bounds = list(zip([-np.inf, *edges], [*edges, np.inf]))
    found = [
        (_band(low, high), (values >= low) & ((values < high) | np.isposinf(high))) for low, high in bounds
    ]
    return [(text, chosen) for text, chosen in found if chosen.any()]


def _band(low: float, high: float) -> str:
    if low == -np.inf:
        return f"below {high:g}"
    return f"from {low:g}" if high == np.inf else f"{low:g} – {high:g}"


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float, np.number)) else str(value)
