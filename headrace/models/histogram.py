"""Reference histograms: what features and scores looked like when a model was trained.

Worker side: imports numpy and nothing heavier, so that live values can be counted into the same bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

FEATURE_BINS = 10
SCORE_EDGES = tuple(round(i / 20, 2) for i in range(1, 20))


@dataclass(frozen=True)
class Histogram:
    """Counts between edges; the first and the last bin are open, so every finite value has one.

    Args:
        edges: ascending; a value equal to an edge belongs to the bin below it.
        counts: one more than edges.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def as_document(self) -> dict[str, Any]:
        """The histogram as it stands in a manifest."""
        return {"edges": list(self.edges), "counts": list(self.counts)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Histogram:
        """The histogram that `as_document` wrote."""
        return cls(tuple(document["edges"]), tuple(document["counts"]))


def count(values: NDArray[np.float64], edges: Sequence[float]) -> Histogram:
    """Count values between given edges.

    >>> count(np.array([0.1, 0.5, 0.9]), [0.5])
    Histogram(edges=(0.5,), counts=(2, 1))
    """
    bins = np.searchsorted(np.asarray(edges, dtype=np.float64), values, side="left")
    counts = np.bincount(bins, minlength=len(edges) + 1)
    return Histogram(tuple(float(edge) for edge in edges), tuple(int(n) for n in counts))


def count_by_quantiles(values: NDArray[np.float64], bins: int = FEATURE_BINS) -> Histogram:
    """Count values between their own quantiles: about equally many a bin, fewer bins where values repeat.

    >>> count_by_quantiles(np.array([0.0, 0.0, 0.0, 1.0]), bins=4)
    Histogram(edges=(0.0,), counts=(3, 1))
    """
    quantiles = np.quantile(values, np.arange(1, bins) / bins, method="inverted_cdf")
    edges = np.unique(quantiles[quantiles < values.max()])
    return count(values, edges.tolist())
