"""Which way to run a job: the cheapest that is predicted to keep within the budget."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.planning.calibration import Calibration, cores
from headrace.planning.prediction import Prediction, Wish, predict
from headrace.planning.quantities import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.planning.inference import Inference
    from headrace.planning.profile import Profile

BUSIEST = 0.7
"""Utilisation that no recommendation exceeds: above it a little more of anything makes much longer queues."""
_STEPS = 40


@dataclass(frozen=True)
class Budget:
    """What is asked for.

    Attributes:
        rate: events a second.
        p99: seconds from event to prediction.
        busiest: utilisation at most, above 0 and below 1.
        parallelism: slots at most.
    """

    rate: float
    p99: float
    busiest: float = BUSIEST
    parallelism: int = 4


@dataclass(frozen=True)
class Option:
    """A way to run the job, and what is to be expected of it.

    Attributes:
        profile: how Flink is set.
        calibration: of that profile.
        wish: rate, parallelism, delivery.
        prediction: what is to be expected.
    """

    profile: Profile
    calibration: Calibration
    wish: Wish
    prediction: Prediction

    @property
    def delivery(self) -> str:
        """As the sinks of the environment call it."""
        return "exactly-once" if self.wish.exactly_once else "at-least-once"

    def keeps(self, budget: Budget) -> bool:
        """Whether it is within the budget."""
        return self.prediction.p99 <= budget.p99 and self.prediction.utilisation <= budget.busiest

    @property
    def cost(self) -> tuple[int, bool, float]:
        """Fewer slots before more, exactly once before at least once, then less work."""
        return self.wish.parallelism, not self.wish.exactly_once, self.prediction.utilisation


def options(
    calibrated: Iterable[tuple[Profile, Calibration]], model: Inference, budget: Budget
) -> list[Option]:
    """All ways that there are, the cheapest first.

    Args:
        calibrated: profiles, with what this machine showed of each.
        model: what scoring costs.
        budget: rate, and slots at most.
    """
    found = [
        Option(profile, calibration, wish, predict(calibration.cost, model, profile, wish))
        for profile, calibration in calibrated
        for slots in range(1, budget.parallelism + 1)
        for exactly_once in (True, False)
        for wish in [Wish(budget.rate, slots, cores(), exactly_once)]
    ]
    return sorted(found, key=lambda option: option.cost)


def chosen(found: Sequence[Option], model: Inference, budget: Budget) -> Option:
    """The cheapest option within the budget.

    Raises:
        HeadraceError: when there is none; says what can be reached.
    """
    for option in found:
        if option.keeps(budget):
            return option
    raise HeadraceError(
        f"no way to run this job here is predicted to keep p99 within {shown(budget.p99)} at {budget.rate:,.0f} "
        f"events/s with {budget.busiest:.0%} utilisation at most: {_reachable(found, model, budget)}",
        "Ask for less, use a cheaper model, or plan on a machine with more cores.",
    )


def untried(profiles: Sequence[Profile], budget: Budget) -> tuple[list[Profile], list[Profile]]:
    """Profiles that are worth a calibration, and those that wait longer than the budget by themselves.

    Raises:
        HeadraceError: when all of them do.
    """
    worth = [each for each in profiles if each.waiting < budget.p99]
    if not worth:
        least = min(profiles, key=lambda each: each.waiting)
        raise HeadraceError(
            f"no profile can keep p99 within {shown(budget.p99)}: {least.name} alone lets events wait up to "
            f"{shown(least.waiting)} for company",
            "Ask for more time.",
        )
    return worth, [each for each in profiles if each not in worth]


def _reachable(found: Sequence[Option], model: Inference, budget: Budget) -> str:
    """The best p99 at the rate, and the highest rate within the p99."""
    steady = [each for each in found if each.prediction.utilisation <= budget.busiest]
    best = min(steady, key=lambda each: each.prediction.p99, default=None)
    at_rate = (
        f"{shown(best.prediction.p99)} with {best.profile.name}, parallelism {best.wish.parallelism}"
        if best
        else "none is steady"
    )
    highest = max((highest_rate(each, model, budget) for each in found), default=0.0)
    within = f"{highest:,.0f} events/s" if highest else "no rate"
    return f"at that rate {at_rate}; within that time {within}"


def highest_rate(option: Option, model: Inference, budget: Budget) -> float:
    """The highest rate at which an option keeps within the budget, by bisection; 0 when there is none."""
    low, high = 0.0, budget.rate * 2
    for _ in range(_STEPS):
        rate = (low + high) / 2
        wish = replace(option.wish, rate=rate)
        prediction = predict(option.calibration.cost, model, option.profile, wish)
        tried = replace(option, wish=wish, prediction=prediction)
        low, high = (rate, high) if tried.keeps(budget) else (low, rate)
    return 0.0 if low < 1.0 else math.floor(low)
