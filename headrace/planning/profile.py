"""What a profile means for latency: nothing but what its options say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.planning.quantities import seconds_of
from headrace.runtime.configuration import profile_names, read_profile
from headrace.runtime.execution import EXECUTION_MODE, PROCESS, THREAD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BUNDLE_ROWS, BUNDLE_TIME = "python.fn-execution.bundle.size", "python.fn-execution.bundle.time"
BUFFERS = "execution.buffer-timeout.interval"
CHECKPOINTS = "execution.checkpointing.interval"
PARALLELISM = "parallelism.default"
_DEFAULTS = {EXECUTION_MODE: PROCESS, BUNDLE_ROWS: "1000", BUNDLE_TIME: "1000", BUFFERS: "100 ms"}
"""Flink's own, where a profile says nothing."""


@dataclass(frozen=True)
class Bundling:
    """How rows reach the Python function.

    Attributes:
        by_row: each by itself, without waiting; else in bundles.
        rows: of a bundle at most.
        seconds: that a row waits for company at most.
    """

    by_row: bool
    rows: int
    seconds: float

    def rows_at(self, rate: float) -> float:
        """Rows of a bundle on average, when ``rate`` a second come to one slot."""
        return 1.0 if self.by_row else min(float(self.rows), max(1.0, rate * self.seconds))


@dataclass(frozen=True)
class Profile:
    """A profile of jobs.

    Attributes:
        name: a folder under flink-conf/.
        bundling: how rows reach the Python function.
        buffers: seconds that a row waits at most in a buffer before a shuffle.
        checkpoints: seconds between two checkpoints.
        options: all of them.
    """

    name: str
    bundling: Bundling
    buffers: float
    checkpoints: float
    options: Mapping[str, str]

    @property
    def waiting(self) -> float:
        """Seconds that an event may have to wait though nothing is busy: no p99 below it is worth trying."""
        return self.bundling.seconds + self.buffers


def profile_of(name: str, options: Mapping[str, str]) -> Profile:
    """A profile by its options; a number without a unit is milliseconds, as in Flink."""
    said = {**_DEFAULTS, **options}
    by_row = said[EXECUTION_MODE] == THREAD or said[BUNDLE_ROWS] == "1"
    bundling = Bundling(by_row, int(said[BUNDLE_ROWS]), 0.0 if by_row else _seconds(said[BUNDLE_TIME]))
    return Profile(name, bundling, _seconds(said[BUFFERS]), _seconds(said[CHECKPOINTS]), options)


def profiles(root: Path) -> list[Profile]:
    """The profiles in flink-conf/ that jobs run with: they say a parallelism and how often there are checkpoints."""
    read = {name: read_profile(root, name) for name in profile_names(root)}
    return [
        profile_of(name, options)
        for name, options in read.items()
        if {PARALLELISM, CHECKPOINTS} <= {*options}
    ]


def _seconds(text: str) -> float:
    number, _, unit = text.partition(" ")
    bare = text.isdigit() or (number.isdigit() and not unit)
    if float(number if number.isdigit() else "1") == 0:
        return 0.0
    return seconds_of(f"{text} ms" if bare else text)
