"""Decision policies: how a score becomes an alert."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class PolicyError(HeadraceError):
    """A decision policy can not be met."""


class DecisionPolicy(Protocol):
    """A rule that gives the threshold at or above which a score is an alert."""

    def threshold(self, scores: NDArray[np.float64] | None, days: int) -> float:
        """The threshold, from the scores of an evaluation set of so many days, or from none."""

    def as_document(self) -> dict[str, Any]:
        """The policy as it stands in a manifest."""


@dataclass(frozen=True)
class ScoreThreshold:
    """Alert from a score that was decided on elsewhere.

    Args:
        score: in [0, 1].
    """

    score: float

    def threshold(self, _scores: NDArray[np.float64] | None, _days: int) -> float:
        """The score itself."""
        if not 0 <= self.score <= 1:
            raise PolicyError(f"score threshold {self.score} is outside [0, 1], where scores are")
        return float(self.score)

    def as_document(self) -> dict[str, Any]:
        """The policy as it stands in a manifest."""
        return {"policy": "score_threshold", **asdict(self)}


@dataclass(frozen=True)
class AlertBudget:
    """Alert on the highest scores, as many a day as people can look at.

    Args:
        alerts_per_day: mean number of alerts a day on the evaluation set that must not be exceeded.
    """

    alerts_per_day: float

    def threshold(self, scores: NDArray[np.float64] | None, days: int) -> float:
        """The lowest score that keeps within the budget; equal scores are in or out together.

        Raises:
            PolicyError: there is no evaluation set, or even the highest score alone exceeds the budget.
        """
        if scores is None:
            raise PolicyError(
                "an alert budget needs an evaluation set: scores of training rows are too good to be true",
                "Give an evaluation set of later days, or use ScoreThreshold.",
            )
        values, counts = np.unique(scores, return_counts=True)
        alerts = np.cumsum(counts[::-1])[::-1]
        affordable = values[alerts <= math.floor(self.alerts_per_day * days)]
        if not len(affordable):
            raise PolicyError(
                f"{alerts[-1]} rows share the highest score {values[-1]}, the budget is "
                f"{self.alerts_per_day} alerts a day for {days} days",
                "Raise the budget, or use a model whose scores tell these rows apart.",
            )
        return float(affordable[0])

    def as_document(self) -> dict[str, Any]:
        """The policy as it stands in a manifest."""
        return {"policy": "alert_budget", **asdict(self)}
