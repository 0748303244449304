"""The figure of the whole job: latency by rate, and rates beside peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.pipeline.titles import contender, slots, state
from benchmarks.style import NO_CLOCK, STYLE

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.pipeline.results import Results

OURS = "#1d4ed8"
COLOURS = {
    "echo": "#cbd5e1",
    "quix": "#c2410c",
    "redis": "#15803d",
    "bytewax": "#7c3aed",
    "spark": "#be185d",
    "defaults": "#64748b",
}
RATES = ("10", "100", "1000", "5000", "10000")


def draw(results: Results, path: Path) -> None:
    """Write latency (p50 as a line, p99 dashed) and throughput, with its spread, as PNG."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10.5, 4.4), layout="constrained")
        figure.patch.set_facecolor("white")
        left, right = figure.subplots(1, 2)
        _latency(left, results)
        _rates(right, results)
        figure.savefig(path, dpi=150, metadata=NO_CLOCK[path.suffix])


def _latency(axes: Axes, results: Results) -> None:
    for case in (name for name in results.runs if name.startswith("latency/")):
        for percentile, line in (("p50", "-"), ("p99", "--")):
            rates = [rate for rate in RATES if results.measured(case, f"{rate}/{percentile}")]
            waits = [results.of(case, f"{rate}/{percentile}").median for rate in rates]
            label = contender(case) if percentile == "p50" else None
            axes.plot(
                [int(it) for it in rates],
                waits,
                line,
                color=_colour(case),
                label=label,
                marker="o",
                markersize=3,
            )
    axes.set(xscale="log", yscale="log", title="latency: p50, p99 dashed", xlabel="events/s", ylabel="ms")
    axes.grid(visible=True)
    if axes.lines:
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.18))


def _rates(axes: Axes, results: Results) -> None:
    names = [name for name in results.runs if name.startswith("throughput/")]
    ordered = sorted(names, key=lambda name: results.rate_of(name).median)
    for place, name in enumerate(ordered):
        rate = results.rate_of(name)
        axes.barh(place, rate.median / 1000, color=_colour(name))
        axes.plot([rate.low / 1000, rate.high / 1000], [place, place], color="#0f172a", linewidth=1.2)
    labels = [", ".join(filter(None, (contender(it), state(it), slots(it)))) for it in ordered]
    axes.set_yticks(range(len(ordered)), labels)
    axes.set(title="whole job", xlabel="thousand payments a second")
    axes.grid(visible=True, axis="x")


def _colour(case: str) -> str:
    parts = case.split("/")
    return next((COLOURS[part] for part in parts if part in COLOURS), OURS)
