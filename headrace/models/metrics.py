"""What a worker that scores tells Flink's metrics: how many, how fast, by which version, and how old that is.

Worker side: standard library only. Flink's reporters take it from there; Prometheus sees groups with a value as labels.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.models.scorer import Scored

BUCKETS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
EVERYTHING = "+Inf"
TOLD_EVERY_SECONDS = 0.5


class ScoringMetrics:
    """Counts for one worker.

    ``events_scored`` and ``events_not_scored``; per version (label ``model_version``) ``version_events`` and
    ``version_age_seconds``, since the last event it learned from; and the histogram of `CallDurations`.

    Args:
        group: Flink's metric group of the function.
        trained_until: the last event that a version learned from, ISO 8601; None when it is not known.
        wall: seconds since 1970.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        group: Any,
        trained_until: Callable[[str], str | None],
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._group, self._trained_until, self._wall = group, trained_until, wall
        self._scored = group.counter("events_scored")
        self._failed = group.counter("events_not_scored")
        self._durations = CallDurations(group, clock)
        self._versions: dict[str, Any] = {}
        # A counter in a worker's process is not reported before it was added to, be it zero.
        self._untold = True

    def observe(self, results: Sequence[Scored], seconds: float) -> None:
        """Count what a call gave and how long it took."""
        failed = 0
        versions: dict[str | None, int] = {}
        for result in results:
            failed += result.error is not None
            version = result.model_version
            versions[version] = versions.get(version, 0) + 1
        if failed or self._untold:
            self._failed.inc(failed)
        if failed < len(results) or self._untold:
            self._scored.inc(len(results) - failed)
        self._untold = False
        for version, count in versions.items():
            if version:
                self._of(version).inc(count)
        self._durations.add(seconds)

    def _of(self, version: str) -> Any:
        if version not in self._versions:
            group = self._group.add_group("model_version", version)
            self._versions[version] = group.counter("version_events")
            until = self._trained_until(version)
            if until:
                learned = datetime.fromisoformat(until.replace("Z", "+00:00")).timestamp()
                group.gauge("version_age_seconds", lambda: int(self._wall() - learned))
        return self._versions[version]


class CallDurations:
    """A histogram as Prometheus reads it, of calls: of batches, or of rows.

    ``call_seconds_bucket`` with the label ``le``, ``call_seconds_count`` and ``call_microseconds_sum``. A call adds to
    two numbers of this object. Flink's counters, each of which costs as much, are told by the first call, and then by
    the first one `TOLD_EVERY_SECONDS` later: the last calls before a pause are seen when it is over.

    Args:
        group: Flink's metric group of the function.
        clock: seconds that only go forward.
    """

    def __init__(self, group: Any, clock: Callable[[], float]) -> None:
        self._clock = clock
        labels = [*(f"{limit:g}" for limit in BUCKETS_SECONDS), EVERYTHING]
        self._buckets = [group.add_group("le", label).counter("call_seconds_bucket") for label in labels]
        self._calls = group.counter("call_seconds_count")
        self._microseconds = group.counter("call_microseconds_sum")
        self._due = -math.inf
        self._forget()

    def add(self, seconds: float) -> None:
        """Count a call that took so long."""
        self._counts[bisect_left(BUCKETS_SECONDS, seconds)] += 1
        self._seconds += seconds
        now = self._clock()
        if now >= self._due:
            self._tell()
            self._forget()
            self._due = now + TOLD_EVERY_SECONDS

    def _tell(self) -> None:
        for bucket, up_to_it in zip(self._buckets, accumulate(self._counts)):
            bucket.inc(up_to_it)
        self._calls.inc(sum(self._counts))
        self._microseconds.inc(round(self._seconds * 1e6))

    def _forget(self) -> None:
        self._counts = [0] * len(self._buckets)
        self._seconds = 0.0
