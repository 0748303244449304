"""Calibrates this machine: the real job under load, with a model that costs next to nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Callable

import numpy as np
import psutil

from headrace.errors import HeadraceError
from headrace.planning.blank import blank_artifact
from headrace.planning.calibration import Calibration, digest_of
from headrace.planning.inference import measure_inference
from headrace.planning.ladder import Rung
from headrace.planning.prediction import Load
from headrace.planning.profile import PARALLELISM
from headrace.planning.trial import Setting, trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact
    from headrace.planning.feed import Feed
    from headrace.planning.inference import Inference
    from headrace.planning.ladder import Outcome
    from headrace.planning.profile import Bundling, Profile
    from headrace.planning.trial import Course, Trial

Say = Callable[[str], None]
WARM_UP = (2_000, 20_000)
"""Events before anything is measured: the first show what the job refuses, the rest let Java compile what is used."""
WARM_RATE = 500.0
WARM_SECONDS = 45
"""Then as many a second, for so long: Java's compilers are at rest afterwards, as they are in a job that lives."""
QUIET_RATE = 100.0
"""Events a second at which nothing queues."""
QUIET_SECONDS = 20
BURST = 40_000
SETTLED_SECONDS = 10
"""After a burst, at `WARM_RATE`: garbage and checkpoints of so many events are done with."""
SHARES = (0.125, 0.25)
"""Of the burst's rate: the loads under which waiting is looked at. At a steady rate events cost more than in a burst,
where they go in company: half of its rate may be all there is."""
LOADED_SECONDS = 10
VERIFIED_SECONDS = 30
UNMEASURED_SECONDS = 2
QUANTILES = 401


@dataclass(frozen=True)
class Extent:
    """How much is measured; less is for tests.

    Attributes:
        warm_up: events a step.
        warm_seconds: at a steady rate, after that.
        quiet_seconds: at the rate at which nothing queues.
        burst: events as fast as they go.
        settled_seconds: after the burst.
        loaded_seconds: a load.
        verified_seconds: of a verification.
    """

    warm_up: tuple[int, ...] = WARM_UP
    quiet_seconds: int = QUIET_SECONDS
    burst: int = BURST
    settled_seconds: int = SETTLED_SECONDS
    loaded_seconds: int = LOADED_SECONDS
    verified_seconds: int = VERIFIED_SECONDS
    warm_seconds: int = WARM_SECONDS


@dataclass(frozen=True)
class Burst:
    """What came of events that were sent as fast as they go.

    Attributes:
        rate: events a second that went through.
        cpu_seconds: of all processes, an event.
    """

    rate: float
    cpu_seconds: float


def calibrate(course: Course, profile: Profile, like: Artifact, say: Say, extent: Extent) -> Calibration:
    """Run the job of a course with a profile, at parallelism 1, and measure it.

    Args:
        course: the job and its events.
        profile: how it is run.
        like: a model with the job's features; its own cost is in nothing.
        say: told what is being done.
        extent: how much is measured.

    Raises:
        HeadraceError: when the job can not be run, ends, or answers nothing.
    """
    began, load = time.monotonic(), psutil.getloadavg()[0]
    feed = course.feed()
    with TemporaryDirectory(prefix="headrace-blank-") as scratch:
        blank = blank_artifact(like, Path(scratch) / "blank")
        nothing = measure_inference(blank)
        setting = Setting(profile.name, blank.path, "at-least-once", {PARALLELISM: "1"})
        say(f"{profile.name}: starting broker and job")
        with trial(course, setting) as running:
            measured = _measured(running, feed, nothing, _Steps(profile, say, extent))
    return Calibration(
        profile=profile.name,
        digest=digest_of(course, profile),
        measured=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - began, 1),
        load=round(load, 2),
        keys=feed.keys,
        **measured,
    )


@dataclass(frozen=True)
class _Steps:
    profile: Profile
    say: Say
    extent: Extent

    def announce(self, text: str) -> None:
        self.say(f"{self.profile.name}: {text}")


def warm_up(running: Trial, feed: Feed, extent: Extent) -> None:
    """Let events through before anything is measured; those that the job refuses are not sent again.

    Raises:
        HeadraceError: when none is answered.
    """
    for count in extent.warm_up:
        records = feed.take(count)
        unanswered = running.session.fill(records)
        running.require_alive()
        if len(unanswered) == len(records):
            raise HeadraceError(
                "the job gave no prediction for any event", "headrace run says what is wrong with it."
            )
        feed.leave_out(unanswered)
    settle(running, feed, extent.warm_seconds)


def settle(running: Trial, feed: Feed, seconds: int) -> None:
    """Events at a steady rate that are not measured: what was busy before is at rest afterwards."""
    if seconds:
        drive(running, feed, WARM_RATE, seconds)


def _measured(running: Trial, feed: Feed, nothing: Inference, steps: _Steps) -> dict[str, Any]:
    extent, bundling = steps.extent, steps.profile.bundling
    steps.announce(f"warming up with {sum(extent.warm_up):,} events, and for {extent.warm_seconds} s")
    warm_up(running, feed, extent)
    steps.announce(f"{QUIET_RATE:,.0f} events/s for {extent.quiet_seconds} s: the path without queues")
    quiet = drive(running, feed, QUIET_RATE, extent.quiet_seconds)
    steps.announce(f"{extent.burst:,} events at once: what one costs")
    burst = _burst(running, feed, extent.burst)
    settle(running, feed, extent.settled_seconds)
    outcomes = [quiet, *_under_load(running, feed, burst.rate, steps)]
    each = nothing.of_bundle(bundling, burst.rate) / bundling.rows_at(burst.rate)
    return {
        "slot_seconds": max(1.0 / burst.rate - each, 0.0),
        "cpu_seconds": max(burst.cpu_seconds - each, 0.0),
        "loads": tuple(sorted(_load(outcome, burst.rate, nothing, bundling) for outcome in outcomes)),
        **_checkpoints(running, feed),
        "jvm_bytes": running.resident("java"),
        "worker_bytes": running.resident("python"),
    }


def _under_load(running: Trial, feed: Feed, highest: float, steps: _Steps) -> Iterator[Outcome]:
    for share in SHARES:
        seconds, rate = steps.extent.loaded_seconds, share * highest
        steps.announce(f"{rate:,.0f} events/s for {seconds} s: how they wait for each other")
        yield drive(running, feed, rate, seconds)


def _load(outcome: Outcome, highest: float, nothing: Inference, bundling: Bundling) -> Load:
    waits = np.quantile(outcome.waits / 1e3, np.linspace(0.0, 1.0, QUANTILES))
    path = np.maximum(waits - nothing.of_bundle(bundling, outcome.rate), 0.0)
    return Load(round(outcome.rate, 1), outcome.rate / highest, tuple(path.round(7).tolist()))


def drive(running: Trial, feed: Feed, rate: float, seconds: int) -> Outcome:
    """Events at a steady rate; those of the first seconds are not measured.

    Raises:
        HeadraceError: when the job ended, or none is answered.
    """
    records = feed.take(int(rate * (UNMEASURED_SECONDS + seconds)))
    outcome = running.session.drive(Rung(rate, records, int(rate * UNMEASURED_SECONDS)))
    running.require_alive()
    if not len(outcome.waits):
        raise HeadraceError("the job gave no prediction for any event")
    return outcome


def _burst(running: Trial, feed: Feed, count: int) -> Burst:
    """All at once; the rate is that of the last four fifths, as all were there by then."""
    records = feed.take(count)
    before = running.cpu_seconds()
    outcome = running.session.drive(Rung(1e9, records))
    cpu = running.cpu_seconds() - before
    running.require_alive()
    ends = np.sort(np.arange(len(outcome.waits)) / outcome.reached + outcome.waits / 1e3)
    first = len(ends) // 5
    return Burst((len(ends) - first) / max(ends[-1] - ends[first], 1e-9), cpu / max(len(ends), 1))


def _checkpoints(running: Trial, feed: Feed) -> dict[str, Any]:
    """Seconds, and bytes an event; zeros while there was none."""
    found = running.checkpoints()
    latest = (found.get("latest") or {}).get("completed") or {}
    took = ((found.get("summary") or {}).get("end_to_end_duration") or {}).get("avg") or 0
    events = feed.taken
    return {
        "checkpoint_seconds": took / 1e3,
        "state_bytes": (latest.get("state_size") or 0) / max(events, 1),
        "events": events,
    }
