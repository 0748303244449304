"""The orders that the handbook leaves open, as they were when it was made.

The last digits of its results depend on pandas' default sort, which is not stable. It is a function of what is sorted,
though, so it can be had again: NumPy sorts times by its first algorithm on every processor, while on some it has new
ones for integers and floats.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from datasets.fraud.benchmark import LAST_DAY
from datasets.fraud.progress import silent
from datasets.fraud.spending import by_customer

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ordered(events: pd.DataFrame) -> pd.DataFrame:
    """Events in the order of the book's files, where those of one second stand as its sort left them.

    Args:
        events: with ``transaction_id``.
    """
    place = _places()[events["transaction_id"].to_numpy()]
    found: pd.DataFrame = events.iloc[np.argsort(place)]
    return found


@lru_cache(maxsize=1)
def _places() -> NDArray[np.int64]:
    """The place of each transaction in the book's files, by our id."""
    drawn = by_customer(LAST_DAY + 1, silent).seconds
    places = np.empty(len(drawn), np.int64)
    places[_first_algorithm(drawn)] = np.arange(len(drawn))
    return places[np.argsort(drawn, kind="stable")]


def _first_algorithm(numbers: NDArray[Any]) -> NDArray[np.int64]:
    """As ``numpy.argsort`` did before it used vector instructions, for numbers of 64 bits from 0 on."""
    return np.argsort(np.ascontiguousarray(numbers).view("datetime64[ns]"), kind="quicksort")


def card_precision(
    cards: NDArray[Any],
    days: NDArray[np.int64],
    scores: NDArray[np.float64],
    labels: NDArray[np.int64],
    k: int,
) -> float:
    """The book's card precision: of the k cards looked at a day, those that were rightly looked at; mean over the days.

    A card that was found is left out on later days. Among equal scores the book's sort decides.
    """
    events = pd.DataFrame({"card": cards, "day": days, "score": scores, "label": labels})
    found: list[Any] = []
    shares = []
    for _, day in events.groupby("day", sort=True):
        of_cards = day[~day["card"].isin(found)].groupby("card")[["score", "label"]].max().reset_index()
        backwards = _first_algorithm(of_cards["score"].to_numpy()[::-1])
        top = of_cards.iloc[(len(of_cards) - 1 - backwards)[::-1]].head(k)
        hits = top.loc[top["label"] == 1, "card"].tolist()
        found += hits
        shares.append(len(hits) / k)
    return float(np.mean(shares))
