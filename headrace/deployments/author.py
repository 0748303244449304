"""Writes records: whole or not at all, in time or not at all.

A record is written in two steps, each an atomic creation of a file. First the record itself; then, when a look at the
clock **after** that shows that it was there early enough, the verdict that it counts. An author that was held up
between looking at the clock and writing therefore does no harm: its record is void. So is that of an author that was
cut off between the steps, as soon as the next author comes by: the verdict is a file too, and only one can create it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.deployments.encoded import DeploymentRefusedError, encoded
from headrace.deployments.follower import wall_clock
from headrace.deployments.log import Log, read_log
from headrace.deployments.record import (
    CHAMPION,
    DeploymentLogError,
    Record,
    Verdict,
    decode_verdict,
    encode,
    record_name,
    to_text,
    verdict_name,
)
from headrace.deployments.roles import boundaries, roles_at
from headrace.deployments.timing import MARGIN, TIMING, Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.deployments.store import Store
    from headrace.names import Name

HELD_UP = "its author was held up: it was not in the log early enough"
PATIENCE = 1.0
CUT_OFF = "its author was cut off before it said that it counts"


@dataclass(frozen=True)
class Draft:
    """What is to be deployed; the author adds number, times and its place in the log.

    Args:
        role: see `headrace.deployments.record.Record`, as for all others.
        version: name of the version.
        artifact: where it is.
        manifest_sha256: of its manifest.
        command: what was asked for.
        author: who asked.
        reason: why.
        share: of the keys.
        effective_from: None: as soon as possible; for the first champion, from the beginning of time.
        backdated: allow an ``effective_from`` closer than the lead.
    """

    role: str
    version: Name
    artifact: str
    manifest_sha256: str
    command: str
    author: str
    reason: str
    share: float = 1.0
    effective_from: int | None = None
    backdated: bool = False


@dataclass(frozen=True)
class Author:
    """Writes into a log.

    Args:
        store: where it lies.
        timing: the one that the workers go by.
        clock: this machine's.
        sleep: waits, in seconds, for an author who may be about to decide on his record.
    """

    store: Store
    timing: Timing = TIMING
    clock: Callable[[], int] = wall_clock
    sleep: Callable[[float], None] = time.sleep

    def read(self) -> Log:
        """The log, its last record decided: one that was left undecided is voided.

        Raises:
            DeploymentLogError: it can not be read, or is damaged.
        """
        log = self._read()
        if log.undecided:
            self.sleep(PATIENCE)
            log = self._read()
        if log.undecided:
            self._void(log.undecided)
            log = self._read()
        return log

    def current(self) -> list[Record]:
        """The records that count at this moment or will, each version once; shadows left out, which may fail.

        Raises:
            DeploymentLogError: the log can not be read, is damaged, or has no champion.
        """
        records, now = self._read().in_force, self.clock()
        if not any(record.role == CHAMPION for record in records):
            raise DeploymentLogError(
                f"deployment log {self.store.location} has no champion", "Deploy one first: headrace deploy."
            )
        times = [now, *(start for start in boundaries(records) if start > now)]
        deciding = [record for time in times for record in roles_at(records, time)[:2] if record]
        return list({record.version: record for record in deciding}.values())

    def publish(self, draft: Draft, seen: Log) -> Record:
        """Put a record into the log.

        Args:
            draft: what to deploy.
            seen: the log that the decision was made on, see `read`.

        Returns:
            The record, which counts.

        Raises:
            DeploymentRefusedError: it would count too early, the clock is wrong, somebody else was faster, it was not
                there in time, or no reader would take it. Nothing is deployed then.
            DeploymentLogError: the log can not be written, or is damaged.
        """
        try:
            self._check_clock(seen)
            self._check_champion(draft, seen)
            record = self._dated(draft, seen)
            content = encoded(record)
            if not self.store.create(record_name(record.number), content):
                raise self._taken(record)
            return self._confirm(record)
        except OSError as error:
            raise self._out_of_reach("written", error) from error

    def _void(self, record: Record) -> None:
        try:
            self._decide(Verdict(record.number, in_force=False, because=CUT_OFF))
        except OSError as error:
            raise self._out_of_reach("written", error) from error

    def _confirm(self, record: Record) -> Record:
        """Say that a record counts, if it was there in time; say that it does not, if not."""
        late = not (record.backdated or record.effective_from is None) and not self._in_time(record)
        decided = self._decide(Verdict(record.number, in_force=not late, because=HELD_UP if late else ""))
        if not decided.in_force:
            raise DeploymentRefusedError(
                f"record {record.number} is void: {decided.because}", "Nothing was deployed: do it again."
            )
        return record

    def _in_time(self, record: Record) -> bool:
        return self.clock() + self.timing.lead <= record.start

    def _decide(self, verdict: Verdict) -> Verdict:
        """Create a verdict; returns the one that stands, which is another's if he was faster."""
        name = verdict_name(verdict.number)
        if self.store.create(name, encode(verdict)):
            return verdict
        return decode_verdict(self.store.read(name) or b"", self.store.where(name))

    def _dated(self, draft: Draft, seen: Log) -> Record:
        now = self.clock()
        record = Record(
            number=len(seen.entries) + 1,
            role=draft.role,
            version=draft.version,
            artifact=draft.artifact,
            manifest_sha256=draft.manifest_sha256,
            share=draft.share,
            effective_from=self._effective_from(draft, seen, now),
            author=draft.author,
            reason=draft.reason,
            command=draft.command,
            created_at=now,
            backdated=draft.backdated,
            previous=seen.digest,
        )
        if record.effective_from is not None and not draft.backdated and not self._in_time(record):
            raise self._too_early(record.effective_from, now)
        return record

    def _effective_from(self, draft: Draft, seen: Log, now: int) -> int | None:
        if draft.effective_from is not None:
            return draft.effective_from
        return now + self.timing.lead + MARGIN if _has_champion(seen) else None

    def _check_champion(self, draft: Draft, seen: Log) -> None:
        if draft.role != CHAMPION and not _has_champion(seen):
            raise DeploymentRefusedError(
                f"{self.store.location} has no champion that a {draft.role} could stand beside",
                "Deploy one first: headrace deploy.",
            )

    def _check_clock(self, seen: Log) -> None:
        """Refuse a clock that may differ too much from that of the store, or is behind the newest record."""
        there, now = self.store.clock(), self.clock()
        if abs(there - now) > self.timing.skew - self.store.accuracy:
            raise self._wrong_clock(now, there, f"that of {self.store.location}", self.store.accuracy)
        newest = max((entry.record.created_at for entry in seen.entries), default=now)
        if newest - now > self.timing.skew:
            raise self._wrong_clock(now, newest, "that of the newest record's author")

    def _wrong_clock(self, now: int, other: int, whose: str, accuracy: int = 0) -> DeploymentRefusedError:
        return DeploymentRefusedError(
            f"this machine's clock says {to_text(now)}, {whose} {to_text(other)}, "
            f"expected less than {(self.timing.skew - accuracy) / 1000:g} s between them",
            "Set the clocks of your machines (NTP), then do it again.",
        )

    def _too_early(self, effective_from: int, now: int) -> DeploymentRefusedError:
        return DeploymentRefusedError(
            f"it would count from {to_text(effective_from)}, expected at least {self.timing.lead / 1000:g} s from now, "
            f"{to_text(now + self.timing.lead)}: events before may have been scored already",
            "Leave --effective-from out, or, when that is what you want, pass --backdated.",
        )

    def _taken(self, record: Record) -> DeploymentRefusedError:
        other = self._read().entries[record.number - 1].record
        return DeploymentRefusedError(
            f"somebody else made record {record.number} at the same moment: {other.command} {other.version} "
            f"by {other.author}: {other.reason}",
            "Nothing of yours was deployed. Look with headrace deployments, then decide again.",
        )

    def _read(self) -> Log:
        try:
            return read_log(self.store)
        except OSError as error:
            raise self._out_of_reach("read", error) from error

    def _out_of_reach(self, what: str, error: OSError) -> DeploymentLogError:
        return DeploymentLogError(
            f"deployment log {self.store.location} can not be {what}: {error.strerror or error}",
            "Nothing was deployed. Check the place and its permissions.",
        )


def _has_champion(log: Log) -> bool:
    return any(record.role == CHAMPION for record in log.in_force)
