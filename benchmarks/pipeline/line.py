"""A straight line through measured points, for sizes that would take too long to measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Line:
    """A straight line.

    Attributes:
        start: its value at 0.
        slope: by how much it rises for each 1.
    """

    start: float
    slope: float

    @classmethod
    def through(cls, points: Sequence[tuple[float, float]]) -> Line:
        """The line that is nearest to two points or more, by least squares: the largest weigh the most.

        >>> line = Line.through([(1.0, 5.0), (2.0, 7.0), (3.0, 9.0)])
        >>> round(line.start, 9), round(line.slope, 9)
        (3.0, 2.0)
        """
        places, values = np.array(points, dtype=np.float64).T
        slope, start = np.polyfit(places, values, 1)
        return cls(float(start), float(slope))

    def at(self, place: float) -> float:
        """Its value at a place."""
        return self.start + self.slope * place
