"""Several measurements of one figure."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Spread:
    """Several measurements of one figure.

    Attributes:
        median: in the middle.
        low: the lowest.
        high: the highest.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of some values, one at least."""
        found = sorted(values)
        return cls(median(found), found[0], found[-1])

    def text(self, decimals: int = 0) -> str:
        """The median, with the lowest and the highest behind it where they differ from it.

        >>> Spread(2.0, 1.0, 3.0).text(1)
        '2.0 (1.0–3.0)'
        """
        around = f" ({self.low:,.{decimals}f}–{self.high:,.{decimals}f})" if self.low < self.high else ""
        return f"{self.median:,.{decimals}f}{around}"
