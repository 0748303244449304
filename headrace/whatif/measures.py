"""What decisions were worth, from sums over events; the same for one set of sums and for thousands at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headrace.whatif.costs import Costs

SUMS = ("alerts", "judged", "caught", "caught_amount", "positives", "positive_amount")
"""What is summed over events. ``judged``: alerts whose label is known; ``caught``: those of them that are positive."""


@dataclass(frozen=True)
class Measure:
    """A measure as people read it.

    Args:
        title: its name; ``{currency}`` stands for that of the costs.
        digits: decimals to show.
        share: whether it is shown in percent.
        better: 1 when more is better, -1 when less is, 0 when that depends.
    """

    title: str
    digits: int = 0
    share: bool = False
    better: int = 0


MEASURES = {
    "net_saved": Measure("net saved, {currency}", better=1),
    "caught_amount": Measure("amount caught, {currency}", better=1),
    "caught_amount_share": Measure("share of amounts", 1, share=True, better=1),
    "caught": Measure("positives caught", better=1),
    "caught_share": Measure("share of positives", 1, share=True, better=1),
    "precision": Measure("alerts that are right", 1, share=True, better=1),
    "alerts_a_day": Measure("alerts a day", 1),
    "reviews": Measure("reviews"),
    "analyst_days": Measure("analyst days", 1, better=-1),
    "analysts": Measure("analysts needed a day", 2, better=-1),
    "review_costs": Measure("alert costs, {currency}", better=-1),
}
"""By name, in the order in which they are shown."""


def measure(sums: NDArray[np.float64], costs: Costs, days: int) -> dict[str, NDArray[np.float64]]:
    """All measures.

    What depends on the truth counts events whose label is known, the load counts all.

    Args:
        sums: any number of rows, the columns of `SUMS` last.
        costs: what an alert costs and saves.
        days: over how many days the events are spread.

    Returns:
        By name, one value a row; NaN where there is nothing to divide by.
    """
    alerts, judged, caught, caught_amount, positives, positive_amount = np.moveaxis(sums, -1, 0)
    spent = costs.review_cost * judged + costs.false_alert_cost * (judged - caught)
    return {
        "net_saved": costs.recovered_share * caught_amount - spent,
        "caught_amount": caught_amount,
        "caught_amount_share": _divided(caught_amount, positive_amount),
        "caught": caught,
        "caught_share": _divided(caught, positives),
        "precision": _divided(caught, judged),
        "alerts_a_day": alerts / days,
        "reviews": alerts,
        "analyst_days": alerts / costs.reviews_a_day,
        "analysts": alerts / costs.reviews_a_day / days,
        "review_costs": spent,
    }


def _divided(part: Any, whole: Any) -> NDArray[np.float64]:
    known = np.asarray(whole) > 0
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=known)
