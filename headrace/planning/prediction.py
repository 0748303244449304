"""How long events will take, from what one of them costs: a queue before a server, on top of a path without queues.

The wait is that of an M/G/1 queue. It is there with the probability of finding the server busy, its utilisation u; if
it is there, its mean is R / (1 − u), R being the mean residual of a service (Pollaczek and Khinchine; Kleinrock,
Queueing Systems I, 1975, section 5.6), and its distribution is taken to be exponential, which it becomes where the
queue matters (Kingman, The single server queue in heavy traffic, 1961). R is not computed from a distribution of
services that nobody knows: it is what a calibration under load showed, pauses for checkpoints and garbage included.

Pure: no clock, no machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headrace.planning.inference import Inference
    from headrace.planning.profile import Profile

POINTS = 200
"""Equally probable values that stand for a distribution."""
_MIDDLES = (np.arange(POINTS) + 0.5) / POINTS


@dataclass(frozen=True)
class JobCost:
    """What an event costs in a job without its model, with one profile, on one machine.

    Attributes:
        slot_seconds: of the busiest step of a slot, an event.
        cpu_seconds: of all processes, broker and load included, an event.
        path: seconds from event to prediction without queues, quantiles from 0 to 1 in equal steps.
        residuals: mean residual of a service, in seconds, at some utilisations, the lowest first.
        checkpoint_seconds: from the trigger of a checkpoint to its end.
    """

    slot_seconds: float
    cpu_seconds: float
    path: Sequence[float]
    residuals: Sequence[tuple[float, float]]
    checkpoint_seconds: float

    def residual_at(self, utilisation: float) -> float:
        """The mean residual between those that are known; below and above them, that of the nearest."""
        busy, residuals = np.array(self.residuals).T
        return float(np.interp(utilisation, busy, residuals))


@dataclass(frozen=True)
class Wish:
    """A way to run the job.

    Attributes:
        rate: events a second, of all slots.
        parallelism: slots.
        cores: of the machine.
        exactly_once: whether predictions show at checkpoints.
    """

    rate: float
    parallelism: int
    cores: int
    exactly_once: bool = False


@dataclass(frozen=True)
class Prediction:
    """What is to be expected.

    Attributes:
        utilisation: of what is busiest, a slot or the cores together; at 1 and above nothing is steady.
        bundle_rows: rows that are scored together, on average.
        model_seconds: of a core for scoring one event.
        p50: seconds.
        p99: seconds; infinite where nothing is steady.
    """

    utilisation: float
    bundle_rows: float
    model_seconds: float
    p50: float
    p99: float


def predict(cost: JobCost, model: Inference, profile: Profile, wish: Wish) -> Prediction:
    """What is to be expected of a model in the job."""
    rows = profile.bundling.rows_at(wish.rate / wish.parallelism)
    call = model.by_row if profile.bundling.by_row else model.of_batch(rows)
    each = call / rows
    slot = wish.rate / wish.parallelism * (cost.slot_seconds + each)
    cores = wish.rate * (cost.cpu_seconds + each) / wish.cores
    busy = max(slot, cores)
    if busy >= 1.0:
        return Prediction(busy, rows, each, math.inf, math.inf)
    found = quantiles(cost.path) + call
    found = summed(found, waits(busy, cost.residual_at(busy) + call / 2))
    if wish.exactly_once:
        found = summed(found, cost.checkpoint_seconds + profile.checkpoints * _MIDDLES)
    return Prediction(busy, rows, each, *np.quantile(found, (0.5, 0.99)).tolist())


def quantiles(values: Sequence[float]) -> NDArray[np.float64]:
    """`POINTS` equally probable values of a distribution, from quantiles in equal steps from 0 to 1."""
    found: NDArray[np.float64] = np.interp(_MIDDLES, np.linspace(0.0, 1.0, len(values)), values)
    return found


def waits(utilisation: float, residual: float) -> NDArray[np.float64]:
    """`POINTS` equally probable waits before a server, in order; ``utilisation`` is below 1."""
    beyond = np.minimum(1.0, (1.0 - _MIDDLES) / max(utilisation, 1e-12))
    found: NDArray[np.float64] = -np.log(beyond) * residual / (1.0 - utilisation)
    return found


def summed(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """`POINTS` equally probable values of the sum of two independent ones, in order."""
    every = np.sort(np.add.outer(one, other).ravel())
    return every[len(one) // 2 :: len(one)]


def residual_of(path: Sequence[float], utilisation: float, p99: float) -> float:
    """The mean residual of a service that explains what was measured under a load, in seconds.

    Args:
        path: as in `JobCost`.
        utilisation: of the load.
        p99: measured, in seconds.
    """
    return _explaining(quantiles(path), utilisation, p99)


def _explaining(path: NDArray[np.float64], utilisation: float, p99: float) -> float:
    """By bisection; 0 where the path alone takes as long."""
    low, high = 0.0, max(p99, 1e-9)
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        predicted = np.quantile(summed(path, waits(utilisation, middle)), 0.99)
        low, high = (middle, high) if predicted < p99 else (low, middle)
        if high < 1e-7:  # noqa: PLR2004 -- a tenth of a microsecond is nothing
            return 0.0
    return (low + high) / 2
