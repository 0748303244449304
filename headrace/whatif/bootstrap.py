"""How sure a measure is: the bootstrap over entities, with percentile intervals.

(Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 13.)

Events of one entity resemble each other, so whole entities are drawn, with replacement, as many as there are. Both
sides of a comparison are measured on the same draws: what they have in common cancels, and the interval of the
difference is as narrow as the versions are alike.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

CONFIDENCE = 0.95
_CELLS = 4_000_000
"""Counts held in memory at once."""


def resample(
    sums: Sequence[NDArray[np.float64]], entities: int, resamples: int, seed: int
) -> list[NDArray[np.float64]]:
    """Totals over entities drawn with replacement, the same draws for all sides.

    Args:
        sums: a side each; one row an entity that has something to add, the same rows for all sides.
        entities: how many there are, those included that add nothing: drawn, they only take the place of others.
        resamples: how many draws.
        seed: of the draws.

    Returns:
        A side each; one row a draw.

    >>> one = np.ones((3, 1))
    >>> [total] = resample([one], entities=3, resamples=2, seed=0)
    >>> total.tolist()
    [[3.0], [3.0]]
    """
    adding = len(sums[0])
    shares = np.full(adding + 1, 1 / entities)
    shares[-1] = max(0.0, 1 - adding / entities)
    dice = np.random.default_rng(seed)
    at_once = max(1, _CELLS // (adding + 1))
    drawn: list[list[NDArray[np.float64]]] = [[] for _ in sums]
    for begin in range(0, resamples, at_once):
        counts = dice.multinomial(entities, shares, size=min(at_once, resamples - begin))[:, :adding]
        for side, sum_ in zip(drawn, sums):
            side.append(counts.astype(np.float64) @ sum_)
    return [np.concatenate(side) for side in drawn]


def intervals(
    measured: Mapping[str, NDArray[np.float64]], confidence: float = CONFIDENCE
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Lower and upper bounds of measures over draws, draws without a value left out.

    Args:
        measured: by name, draws along the first axis.
        confidence: share of the draws between the bounds.
    """
    tails = [50 * (1 - confidence), 50 * (1 + confidence)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a measure without a value in any draw has no bounds
        return {name: tuple(np.nanpercentile(values, tails, axis=0)) for name, values in measured.items()}
