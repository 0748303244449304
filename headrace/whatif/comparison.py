"""Two sides measured on the same events, all of them and in parts, with intervals from the same draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headrace.whatif.bootstrap import intervals, resample
from headrace.whatif.measures import SUMS, measure
from headrace.whatif.result import Estimate, Measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from headrace.whatif.costs import Costs
    from headrace.whatif.history import History

    Measures = Mapping[str, NDArray[np.float64]]

DECIMALS = 6
"""More would differ between machines and mean nothing."""


@dataclass(frozen=True)
class Draws:
    """The bootstrap's settings.

    Args:
        resamples: draws; with 10,000 another seed moves a bound by some 1.5 % of its distance from the middle.
        seed: of the draws.
    """

    resamples: int = 10_000
    seed: int = 0


def compare(
    history: History,
    alerts: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    parts: Sequence[NDArray[np.bool_]],
    costs: Costs,
    draws: Draws,
) -> list[Measured]:
    """Measure two sides on parts of the events.

    Args:
        history: n events.
        alerts: of the candidate and of the baseline, n decisions each.
        parts: n booleans each.
        costs: what an alert costs and saves.
        draws: of the bootstrap.

    Returns:
        One a part.
    """
    sums = sums_by_entity(history, alerts, parts)
    days = history.day_count
    whole = [measure(_by_part(side.sum(axis=0)), costs, days) for side in sums]
    drawn = [
        measure(_by_part(side), costs, days)
        for side in resample(sums, history.entity_count, draws.resamples, draws.seed)
    ]
    sides = [*zip(whole, drawn), (_difference(*whole), _difference(*drawn))]
    estimates = [_estimates(values, draws_) for values, draws_ in sides]
    return [
        Measured(candidate=candidate, baseline=baseline, difference=difference)
        for candidate, baseline, difference in zip(*estimates)
    ]


def sums_by_entity(
    history: History, alerts: tuple[NDArray[np.bool_], NDArray[np.bool_]], parts: Sequence[NDArray[np.bool_]]
) -> list[NDArray[np.float64]]:
    """Sums over the events of each entity that has an alert of a side, or a positive; the others' are all zero.

    Returns:
        A side each: one row an entity; for each part the columns of `SUMS`.
    """
    rows = np.flatnonzero(alerts[0] | alerts[1] | history.positive)
    entities, numbers = np.unique(history.entities[rows], return_inverse=True)
    return [
        np.column_stack(
            [
                np.bincount(numbers, weights=column, minlength=len(entities))
                for part in parts
                for column in _columns(history, side, part, rows)
            ]
        )
        for side in alerts
    ]


def _columns(
    history: History, alerts: NDArray[np.bool_], part: NDArray[np.bool_], rows: NDArray[np.intp]
) -> list[NDArray[np.float64]]:
    """The columns of `SUMS` for some rows, zero outside of a part."""
    here, positive = part[rows], history.positive[rows]
    alert = alerts[rows] & here
    judged = alert & ~np.isnan(history.labels[rows])
    caught, amount = alert & positive, history.amounts[rows]
    found = {
        "alerts": alert,
        "judged": judged,
        "caught": caught,
        "caught_amount": caught * amount,
        "positives": positive & here,
        "positive_amount": (positive & here) * amount,
    }
    return [found[name].astype(np.float64) for name in SUMS]


def _by_part(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return sums.reshape(*sums.shape[:-1], -1, len(SUMS))


def _difference(candidate: Measures, baseline: Measures) -> Measures:
    return {name: candidate[name] - baseline[name] for name in candidate}


def _estimates(values: Measures, drawn: Measures) -> list[dict[str, Estimate]]:
    """By part, the estimates by name."""
    bounds = intervals(drawn)
    count = len(next(iter(values.values())))
    return [
        {name: _estimate(values[name][part], *(bound[part] for bound in bounds[name])) for name in values}
        for part in range(count)
    ]


def _estimate(value: float, lower: float, upper: float) -> Estimate:
    """The bounds of what has no value have none either."""
    if np.isnan(value):
        return Estimate(value=None, lower=None, upper=None)
    value, lower, upper = (round(float(each), DECIMALS) + 0.0 for each in (value, lower, upper))
    return Estimate(value=value, lower=lower, upper=upper)
