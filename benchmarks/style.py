"""How the figures of the benchmarks look."""

from __future__ import annotations

from typing import Any

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "headrace",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#cbd5e1",
    "axes.axisbelow": True,
    "grid.color": "#eef2f7",
}
NO_CLOCK: dict[str, dict[str, str | None]] = {".svg": {"Date": None}, ".png": {"Software": None}}
"""What is left out of a picture, so that the same results give the same bytes."""
