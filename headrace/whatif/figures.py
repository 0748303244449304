"""The figures of a replay's page, as SVG that needs no file beside it.

What comes from data is written as it is: matplotlib would take what stands between two dollar signs for a formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import ticker

from headrace.models.figures import MARK, MUTED, NEGATIVE, POSITIVE, svg
from headrace.whatif.measures import MEASURES
from headrace.whatif.wording import title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from headrace.whatif.result import Estimate, WhatIf

RELATIVE = ("net_saved", "caught_amount", "caught", "precision", "reviews", "review_costs")
GOOD = "#15803d"
TICKS = 7


def changes(found: WhatIf) -> str:
    """Differences in percent of the baseline, with their intervals; coloured where they leave out zero."""
    names = [name for name in RELATIVE if found.measured.baseline[name].value and _known(found, name)][::-1]

    def draw(axes: Axes) -> None:
        for place, name in enumerate(names):
            base = abs(found.measured.baseline[name].value or 1) / 100
            _whisker(axes, place, found.measured.difference[name], base, MEASURES[name].better)
        axes.axvline(0, color=MUTED, linewidth=1, linestyle=":")
        axes.set_yticks(range(len(names)), [title_of(name, found) for name in names], parse_math=False)
        axes.set(xlabel="difference, percent of the baseline", ylim=(-0.6, max(len(names), 1) - 0.4))
        axes.grid(visible=False, axis="y")

    return svg(draw)


def slices(found: WhatIf) -> str:
    """The difference of what is saved, part by part, with intervals."""
    parts = found.slices[::-1]

    def draw(axes: Axes) -> None:
        for place, part in enumerate(parts):
            _whisker(axes, place, part.measured.difference["net_saved"], 1, 1)
        axes.axvline(0, color=MUTED, linewidth=1, linestyle=":")
        axes.set_yticks(
            range(len(parts)), [f"{part.column} {part.value}" for part in parts], parse_math=False
        )
        axes.set_xlabel(f"difference of {title_of('net_saved', found)}", parse_math=False)
        axes.xaxis.set_major_locator(ticker.MaxNLocator(5))
        axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
        axes.grid(visible=False, axis="y")

    return svg(draw, height=0.9 + 0.28 * max(len(parts), 4))


def alerts_by_day(found: WhatIf) -> str:
    """Alerts of both sides, day by day."""

    def draw(axes: Axes) -> None:
        dates = [day.day[5:] for day in found.by_day]
        places = np.arange(len(dates))
        for side, colour, shift in (("candidate", MARK, 0.2), ("baseline", NEGATIVE, -0.2)):
            counts = [getattr(day, side) for day in found.by_day]
            axes.bar(places + shift, counts, 0.4, color=colour, label=side)
        axes.set(ylabel="alerts")
        axes.set_xticks(places, dates, parse_math=False)
        axes.xaxis.set_major_locator(ticker.FixedLocator(places[:: max(1, -(-len(dates) // TICKS))].tolist()))
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)

    return svg(draw)


def thresholds(found: WhatIf) -> str:
    """What other thresholds of the candidate would have saved, against the alerts that they cost."""

    def draw(axes: Axes) -> None:
        axes.plot(
            [point.alerts_a_day for point in found.thresholds],
            [point.net_saved for point in found.thresholds],
            color=MARK,
            linewidth=1.8,
            label="candidate, by threshold",
        )
        for side, colour, size in (("baseline", NEGATIVE, 12), ("candidate", POSITIVE, 7)):
            measured: dict[str, Estimate] = getattr(found.measured, side)
            place = measured["alerts_a_day"].value or 0, measured["net_saved"].value or 0
            axes.plot(*place, "o", color=colour, markersize=size, label=f"{side}, as it is")
        axes.set(xlabel="alerts a day")
        axes.set_ylabel(title_of("net_saved", found), parse_math=False)
        axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
        axes.legend(loc="best")

    return svg(draw)


def _known(found: WhatIf, name: str) -> bool:
    return found.measured.difference[name].lower is not None


def _whisker(axes: Axes, place: int, difference: Estimate, unit: float, better: int) -> None:
    """A difference with its interval; green where all of that is better, red where all of it is worse."""
    if difference.value is None or difference.lower is None or difference.upper is None:
        return
    low, value, high = (each / unit for each in (difference.lower, difference.value, difference.upper))
    sure = 1 if low > 0 else -1 if high < 0 else 0
    colour = {1: GOOD, -1: POSITIVE}.get(sure * better, MARK if sure else MUTED)
    axes.plot([low, high], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.plot([value], [place], "o", color=colour, markersize=6)
