"""Runs a job as it was recommended, and holds what comes of it against what was predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

import psutil

from headrace.planning.machine import drive, warm_up
from headrace.planning.profile import PARALLELISM
from headrace.planning.trial import Setting, trial

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.planning.choice import Option
    from headrace.planning.machine import Extent
    from headrace.planning.trial import Course

FACTOR = 2.0
"""A prediction within this factor of the measurement, either way, is called right."""


@dataclass(frozen=True)
class Verification:
    """What was measured.

    Attributes:
        rate: events a second that were sent.
        milliseconds: by percentile.
        unanswered: events of those that were sent.
        predicted: milliseconds by percentile; those of the same names are compared.
        load: processes that wanted a core in the minute before, on average.
    """

    rate: float
    milliseconds: dict[str, float]
    unanswered: int
    predicted: dict[str, float]
    load: float

    @property
    def ratios(self) -> dict[str, float]:
        """Predicted by measured."""
        return {name: self.predicted[name] / self.milliseconds[name] for name in self.predicted}

    @property
    def holds(self) -> bool:
        """Whether the p99 that was predicted is within `FACTOR` of the measured one."""
        return 1 / FACTOR <= self.ratios["p99"] <= FACTOR


def verify(
    course: Course, option: Option, model: Path, say: Callable[[str], None], extent: Extent
) -> Verification:
    """Run the job as an option says and send it events at its rate.

    Args:
        course: the job and its events.
        option: how it is run.
        model: folder of the artifact that scores.
        say: told what is being done.
        extent: events before, and seconds that are measured.

    Raises:
        HeadraceError: when the job can not be run, ends, or answers nothing.
    """
    feed, load = course.feed(), psutil.getloadavg()[0]
    slots = {PARALLELISM: str(option.wish.parallelism)}
    say("verification: starting broker and job")
    with trial(course, Setting(option.profile.name, model, option.delivery, slots)) as running:
        say(f"verification: warming up with {sum(extent.warm_up):,} events, and for {extent.warm_seconds} s")
        warm_up(running, feed, extent)
        say(f"verification: {option.wish.rate:,.0f} events/s for {extent.verified_seconds} s")
        found = drive(running, feed, option.wish.rate, extent.verified_seconds)
    predicted = {"p50": option.prediction.p50 * 1e3, "p99": option.prediction.p99 * 1e3}
    return Verification(found.reached, found.milliseconds, len(found.unanswered), predicted, load)
