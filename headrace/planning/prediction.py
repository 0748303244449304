"""How long events will take, from what one of them costs: as measured under loads, and a queue before a server beyond.

Between two loads that were measured the reciprocal of each quantile lies on a straight line, as it does over the
utilisation of an M/M/1 queue, whose times are exponential with a mean of S / (1 − u). What a load above them all adds
is the wait of an M/G/1 queue. It is there with the probability of finding the server busy, its utilisation u; if it
is there, its mean is R / (1 − u), R being the mean residual of a service (Pollaczek and Khinchine; Kleinrock,
Queueing Systems I, 1975, section 5.6), and its distribution is taken to be exponential, which it becomes where the
queue matters (Kingman, The single server queue in heavy traffic, 1961). R is not computed from a distribution of
services that nobody knows: it is what the highest load showed, pauses for checkpoints and garbage included.

Pure: no clock, no machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headrace.planning.inference import Inference
    from headrace.planning.profile import Profile

POINTS = 200
"""Equally probable values that stand for a distribution."""
NOTHING_SECONDS = 1e-7
_MIDDLES = (np.arange(POINTS) + 0.5) / POINTS


class Load(NamedTuple):
    """What was measured at a steady rate.

    Attributes:
        rate: events a second.
        utilisation: of what is busiest.
        path: seconds from event to prediction without the model's, quantiles from 0 to 1 in equal steps.
    """

    rate: float
    utilisation: float
    path: tuple[float, ...]


@dataclass(frozen=True)
class JobCost:
    """What an event costs in a job without its model, with one profile, on one machine.

    Attributes:
        slot_seconds: of the busiest step of a slot, an event.
        cpu_seconds: of all processes, broker and load included, an event.
        loads: at least one, the lowest first; at that one hardly anything waits.
        checkpoint_seconds: from the trigger of a checkpoint to its end.
    """

    slot_seconds: float
    cpu_seconds: float
    loads: tuple[Load, ...]
    checkpoint_seconds: float

    @cached_property
    def residual(self) -> float:
        """The mean residual of a service, in seconds, that explains the highest load by the lowest."""
        lowest, highest = self.loads[0], self.loads[-1]
        p99 = float(np.quantile(quantiles(highest.path), 0.99))
        return residual_of(lowest.path, highest.utilisation, p99)

    def path_at(self, utilisation: float) -> NDArray[np.float64]:
        """`POINTS` equally probable times from event to prediction, in seconds; ``utilisation`` is below 1."""
        known = [load.utilisation for load in self.loads]
        place = float(np.interp(utilisation, known, range(len(known))))
        below, above = (quantiles(self.loads[near(place)].path) for near in (math.floor, math.ceil))
        between: NDArray[np.float64] = 1.0 / ((1.0 - place % 1.0) / below + place % 1.0 / above)
        return between + self._beyond(utilisation)

    def _beyond(self, utilisation: float) -> NDArray[np.float64]:
        """What a load adds to the highest that was measured."""
        highest = self.loads[-1].utilisation
        if utilisation <= highest:
            return np.zeros(POINTS)
        lowest = quantiles(self.loads[0].path)
        less, more = (summed(lowest, waits(busy, self.residual)) for busy in (highest, utilisation))
        return more - less


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
    rate = wish.rate / wish.parallelism
    rows, call = profile.bundling.rows_at(rate), model.of_bundle(profile.bundling, rate)
    each = call / rows
    slot = rate * (cost.slot_seconds + each)
    cores = wish.rate * (cost.cpu_seconds + each) / wish.cores
    busy = max(slot, cores)
    if busy >= 1.0:
        return Prediction(busy, rows, each, math.inf, math.inf)
    found = summed(cost.path_at(busy) + call, waits(busy, call / 2))
    if wish.exactly_once:
        found = summed(found, cost.checkpoint_seconds + profile.checkpoints * _MIDDLES)
    return Prediction(busy, rows, each, *np.quantile(found, (0.5, 0.99)).tolist())


def quantiles(values: tuple[float, ...]) -> NDArray[np.float64]:
    """`POINTS` equally probable values above 0 of a distribution, from quantiles in equal steps from 0 to 1."""
    found: NDArray[np.float64] = np.interp(_MIDDLES, np.linspace(0.0, 1.0, len(values)), values)
    return np.maximum(found, NOTHING_SECONDS)


def waits(utilisation: float, residual: float) -> NDArray[np.float64]:
    """`POINTS` equally probable waits before a server, in order; ``utilisation`` is below 1."""
    beyond = np.minimum(1.0, (1.0 - _MIDDLES) / max(utilisation, 1e-12))
    found: NDArray[np.float64] = -np.log(beyond) * residual / (1.0 - utilisation)
    return found


def summed(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """`POINTS` equally probable values of the sum of two independent ones, in order."""
    every = np.sort(np.add.outer(one, other).ravel())
    return every[len(one) // 2 :: len(one)]


def residual_of(path: tuple[float, ...], utilisation: float, p99: float) -> float:
    """The mean residual of a service that explains what was measured under a load, in seconds, by bisection.

    It is 0 where the path alone takes as long.

    Args:
        path: without queues, as in `Load`.
        utilisation: of the load.
        p99: measured, in seconds.
    """
    alone = quantiles(path)
    low, high = 0.0, max(p99, 1e-9)
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        predicted = np.quantile(summed(alone, waits(utilisation, middle)), 0.99)
        low, high = (middle, high) if predicted < p99 else (low, middle)
        if high < NOTHING_SECONDS:
            return 0.0
    return (low + high) / 2
