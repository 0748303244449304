"""Follows a log as it grows, and refuses to say what it can not know.

Worker side: standard library only. The argument that no two followers ever answer differently for one event stands in
docs/deployments.md, and tests/unit/deployments/test_agreement.py searches for a counterexample.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.deployments.head import Head, refuse_changed, refuse_gone_back
from headrace.deployments.log import Log, read_log
from headrace.deployments.record import BEGINNING, DeploymentLogError, Record, record_name, to_text
from headrace.deployments.timing import RECHECK, TIMING, Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.deployments.store import Store


class StaleLogError(DeploymentLogError):
    """Which version scores an event can not be known now: the worker stops, Flink starts it again."""


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Milliseconds since some moment, never set."""
    return time.monotonic_ns() // 1_000_000


@dataclass
class Follower:
    """A worker's view of a log.

    Args:
        store: where the log lies.
        timing: see there.
        wall: the worker's clock, which may be wrong.
        steady: measures how long ago something was.
        head: what was seen of the log when the job was submitted; None: nothing.
    """

    store: Store
    timing: Timing = TIMING
    wall: Callable[[], int] = wall_clock
    steady: Callable[[], int] = steady_clock
    head: Head | None = None
    log: Log = field(default_factory=Log, init=False)
    _read_wall: int | None = field(default=None, init=False)
    _read_steady: int = field(default=0, init=False)
    _tried: int | None = field(default=None, init=False)
    _checked: int = field(default=0, init=False)
    _failure: OSError | None = field(default=None, init=False)
    _used_until: int = field(default=BEGINNING - 1, init=False)

    def settled(self, latest: int) -> Log:
        """A log that holds every record that can ever govern an event dated up to ``latest``.

        Args:
            latest: an event time in milliseconds since 1970.

        Raises:
            StaleLogError: the log was not readable for too long, its last record is undecided, or the event is dated
                so far ahead of this machine's clock that records for it may still be written.
            DeploymentLogError: the log is damaged, went back behind what was seen of it, or a record came too late:
                events that it governs were scored.
        """
        if self._tried is None or self.steady() - self._tried >= self.timing.poll:
            self._read()
        if self._doubt(latest):
            self._read()
        doubt = self._doubt(latest)
        if doubt:
            raise StaleLogError(
                doubt, "Nothing is scored until it is settled; the job goes on by itself when it is."
            ) from self._failure
        self._used_until = max(self._used_until, latest)
        return self.log

    def _read(self) -> None:
        """Read what is new; the clocks are taken before, so that whatever is missing was written after them."""
        wall, steady = self.wall(), self.steady()
        self._tried = steady
        try:
            found = read_log(self.store, self.log)
            if self._read_wall is None or steady - self._checked >= RECHECK:
                self._check(found)
                self._checked = steady
        except OSError as error:
            self._failure = error
            return
        self._refuse_late(found)
        self.log, self._read_wall, self._read_steady, self._failure = found, wall, steady, None

    def _check(self, found: Log) -> None:
        """Refuse a log that went back behind what was seen when the job was submitted, or what was read since."""
        refuse_gone_back(found, self.head, self.store.location)
        refuse_changed(self.store, self.log)

    def _refuse_late(self, found: Log) -> None:
        for record in found.in_force[len(self.log.in_force) :]:
            if record.start <= self._used_until:
                raise DeploymentLogError(
                    f"{self.store.where(record_name(record.number))} counts from {_when(record)}, "
                    f"but events up to {to_text(self._used_until)} were scored before it was there"
                    + (": it is backdated" if record.backdated else ""),
                    "The job starts again and scores what follows its last checkpoint by the new record."
                    + ("" if record.backdated else " Compare the clocks of your machines."),
                )

    def _doubt(self, latest: int) -> str:
        """Why the version of an event of that time is not settled; empty when it is."""
        place = self.store.location
        if self._read_wall is None:
            return f"deployment log {place} can not be read: {self._failure}"
        age = self.steady() - self._read_steady
        if age > self.timing.stale:
            return f"deployment log {place} could not be read for {age / 1000:.1f} s: {self._failure}"
        undecided = self.log.undecided
        if undecided and latest >= undecided.start:
            where = self.store.where(record_name(undecided.number))
            return (
                f"{where} would count from {_when(undecided)}, but it is not decided whether it does: "
                "its author was cut off. headrace deployments decides it"
            )
        if latest >= self._read_wall + self.timing.horizon:
            return (
                f"an event is dated {to_text(latest)}, this worker's clock says {to_text(self._read_wall)}: records "
                f"may still come for events dated {self.timing.horizon / 1000:g} s ahead"
            )
        return ""


def _when(record: Record) -> str:
    return "the beginning" if record.effective_from is None else to_text(record.effective_from)
