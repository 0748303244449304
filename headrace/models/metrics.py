"""What a worker that scores tells Flink's metrics: how many, how fast, by which version, and how old that is.

Worker side: standard library only. Flink's reporters take it from there; Prometheus sees groups with a value as labels.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.models.scorer import Scored

BUCKETS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
EVERYTHING = "+Inf"


class ScoringMetrics:
    """Counts for one worker.

    ``events_scored`` and ``events_not_scored``; per version (label ``model_version``) ``version_events`` and
    ``version_age_seconds``, since the last event it learned from; ``call_seconds_bucket`` with the label ``le``,
    ``call_seconds_count`` and ``call_microseconds_sum``, a histogram as Prometheus reads it, of batches, or rows.

    Args:
        group: Flink's metric group of the function.
        trained_until: the last event that a version learned from, ISO 8601; None when it is not known.
        wall: seconds since 1970.
    """

    def __init__(
        self,
        group: Any,
        trained_until: Callable[[str], str | None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._group, self._trained_until, self._wall = group, trained_until, wall
        self._scored = group.counter("events_scored")
        self._failed = group.counter("events_not_scored")
        self._calls = group.counter("call_seconds_count")
        self._microseconds = group.counter("call_microseconds_sum")
        self._buckets = [
            (limit, group.add_group("le", f"{limit:g}").counter("call_seconds_bucket"))
            for limit in BUCKETS_SECONDS
        ]
        self._all = group.add_group("le", EVERYTHING).counter("call_seconds_bucket")
        self._versions: dict[str, Any] = {}

    def observe(self, results: Iterable[Scored], seconds: float) -> None:
        """Count what a call gave and how long it took."""
        all_of_them = list(results)
        failed = sum(result.error is not None for result in all_of_them)
        self._failed.inc(failed)
        self._scored.inc(len(all_of_them) - failed)
        for version, count in Counter(result.model_version for result in all_of_them).items():
            if version:
                self._of(version).inc(count)
        self._time(seconds)

    def _time(self, seconds: float) -> None:
        self._calls.inc(1)
        self._microseconds.inc(round(seconds * 1e6))
        self._all.inc(1)
        for limit, bucket in self._buckets:
            if seconds <= limit:
                bucket.inc(1)

    def _of(self, version: str) -> Any:
        if version not in self._versions:
            group = self._group.add_group("model_version", version)
            self._versions[version] = group.counter("version_events")
            until = self._trained_until(version)
            if until:
                learned = datetime.fromisoformat(until.replace("Z", "+00:00")).timestamp()
                group.gauge("version_age_seconds", lambda: int(self._wall() - learned))
        return self._versions[version]
