"""One figure of a benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.rolling.report import BACKENDS, TITLES
from benchmarks.style import NO_CLOCK, STYLE

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.rolling.results import Results

COLOURS = {"over": "#94a3b8", "quix": "#c2410c", "arrival": "#1d4ed8", "in_order": "#60a5fa"}
PANELS = {"customer": "three windows, one entity", "both": "six windows, two entities"}


def draw(results: Results, path: Path) -> None:
    """Write the rates of the forms as SVG or PNG, by the name: bars to the median, lines from lowest to highest."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 3.4), layout="constrained")
        figure.patch.set_facecolor("white")
        for axes, (group, title) in zip(figure.subplots(1, 2), PANELS.items()):
            _bars(axes, results, group)
            axes.set(title=title, xlabel="thousand payments a second")
        figure.savefig(path, dpi=150, metadata=NO_CLOCK[path.suffix])


def _bars(axes: Axes, results: Results, group: str) -> None:
    names = [name for name in results.runs if name.startswith(f"{group}/") and name.split("/")[1] in COLOURS]
    ordered = sorted(names, key=lambda name: results.rate_of(name).median)
    for place, name in enumerate(ordered):
        rate = results.rate_of(name)
        axes.barh(place, rate.median / 1000, color=COLOURS[name.split("/")[1]])
        axes.plot([rate.low / 1000, rate.high / 1000], [place, place], color="#0f172a", linewidth=1.2)
    axes.set_yticks(range(len(ordered)), [_label(name) for name in ordered])
    axes.grid(visible=True, axis="x")


def _label(name: str) -> str:
    _, form, *backend = name.split("/")
    return f"{TITLES[form]}, {BACKENDS[backend[0]]}" if backend else TITLES[form]
