"""Faults, one after the other, while messages flow; then a run without faults to compare with."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Callable

from chaos.observed import differing, doubled, results
from chaos.runs import JobRun, Stream, wait_for_answers
from headrace.cluster.ports import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chaos.observed import Observer, Seen

RECOVERY_SECONDS = 300.0
SETTLE_SECONDS = 3.0
AFTERWARDS_SECONDS = 1.0


@dataclass(frozen=True)
class Fault:
    """Something that happens.

    Attributes:
        name: for the report.
        happen: does it.
    """

    name: str
    happen: Callable[[], object]


@dataclass(frozen=True)
class Outage:
    """What a fault cost.

    Attributes:
        fault: its name.
        seconds: the longest time without a prediction, by run.
    """

    fault: str
    seconds: dict[str, float]

    @property
    def sentence(self) -> str:
        """The same in words."""
        each = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())
        return f"{self.fault}: longest time without a prediction: {each}"


@dataclass
class Story:
    """What came of it.

    Attributes:
        messages: how many each run was sent.
        outages: of each fault.
        seen: what came out, by run.
    """

    messages: int = 0
    outages: list[Outage] = field(default_factory=list)
    seen: dict[str, list[Seen]] = field(default_factory=dict)


def play(
    runs: Sequence[JobRun],
    stream: Stream,
    faults: Sequence[Fault],
    settle: float = SETTLE_SECONDS,
    tell: Callable[[str], object] = lambda _: None,
) -> Story:
    """Let faults happen to runs that are at work while messages flow, until each message was answered.

    Args:
        runs: started already.
        stream: what they are sent.
        faults: in order; the next one when predictions have come again for a while.
        settle: that while, in seconds.
        tell: is told what happens, and what it cost.
    """
    story = Story()
    with ExitStack() as stack:
        observers = {run.name: stack.enter_context(run.observer()) for run in runs}
        stream.begin()
        _wait_for_news(observers, time.monotonic())
        for fault in faults:
            tell(f"{fault.name} …")
            story.outages.append(_suffer(fault, observers, settle))
            tell(story.outages[-1].sentence)
        story.messages = stream.end()
        for observer in observers.values():
            wait_for_answers(observer, story.messages)
        time.sleep(AFTERWARDS_SECONDS)
        story.seen = {name: observer.seen for name, observer in observers.items()}
    return story


def calm(run: JobRun, rows: Sequence[dict[str, Any]], messages: int) -> list[Seen]:
    """What comes out of the same messages when nothing happens.

    Args:
        run: not started yet.
        rows: of the log that the others were sent.
        messages: how many of it they were sent.
    """
    run.start()
    stream = Stream(rows[:messages], [run], 0)
    with run.observer() as observer:
        stream.begin()
        wait_until(lambda: stream.sent >= messages, RECOVERY_SECONDS, "not all messages were sent")
        stream.end()
        wait_for_answers(observer, messages)
        return observer.seen


def lost_and_doubled(seen: Sequence[Seen], expected: Sequence[Seen]) -> tuple[int, int, int]:
    """Rows that are missing, records that came again, and those of them that came differently."""
    found, wanted = results(seen), results(expected)
    differences = ((wanted[table] - found[table]) + (found[table] - wanted[table]) for table in wanted)
    lost = sum(sum(rows.values()) for rows in differences)
    return lost, doubled(seen), len(differing(seen))


def _suffer(fault: Fault, observers: dict[str, Observer], settle: float) -> Outage:
    began = time.monotonic()
    fault.happen()
    time.sleep(AFTERWARDS_SECONDS)
    _wait_for_news(observers, time.monotonic())
    time.sleep(settle)
    until = time.monotonic()
    return Outage(fault.name, {name: each.longest_silence(began, until) for name, each in observers.items()})


def _wait_for_news(observers: dict[str, Observer], since: float) -> None:
    for name, observer in observers.items():
        came = partial(_has_news, observer, since)
        wait_until(came, RECOVERY_SECONDS, f"{name} gave no prediction")


def _has_news(observer: Observer, since: float) -> bool:
    return observer.newest["predictions"] > since
