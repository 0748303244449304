"""The gate before a promotion: a version is let through when its replay shows that it is not worse than the champion.

It is a test of non-inferiority: the lower bound of what is lost, not the estimate, is held against the margin, so that
whoever wants to be promoted has the burden of proof. docs/decisions/0011-what-if-and-gate.md argues why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from headrace.errors import HeadraceError
from headrace.whatif.measures import MEASURES
from headrace.whatif.result import DECIDED, REPLAYED
from headrace.whatif.wording import FEW, interval, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from headrace.whatif.result import Side, WhatIf

MARGIN = 0.05
"""Of the baseline's net savings: what may be lost, with the confidence of the interval, for a newer version."""
DRAWS = 1_000
"""Fewer do not give bounds."""
AGE = timedelta(days=7)
"""So much newer than those of a replay may labels be."""


class GateRefusedError(HeadraceError):
    """A version is not let through."""


class Sealed(NamedTuple):
    """A version, and the SHA-256 of its manifest."""

    version: str
    manifest_sha256: str


@dataclass(frozen=True)
class Gate:
    """What is asked of a promotion.

    Args:
        candidate: who is to be promoted.
        champion: who is champion.
        newest_label: when the newest label that there is was known; None: there are none here.
        margin: share of the baseline's net savings that may be lost.
    """

    candidate: Sealed
    champion: Sealed
    newest_label: datetime | None
    margin: float = MARGIN

    def check(self, found: WhatIf) -> str:
        """Let a version through.

        Args:
            found: the replay that speaks for it.

        Returns:
            What was found, in a sentence.

        Raises:
            GateRefusedError: the replay is of another version, threshold or champion, of events that the version was
                made from, of too few events or draws, or too old; or the version may lose more than the margin.
        """
        for objection in self._objections(found):
            raise objection
        return f"gate: {_found(found)}; a loss of {self._allowed(found)} was allowed"

    def _objections(self, found: WhatIf) -> Iterator[GateRefusedError]:
        """In the order in which they are best dealt with."""
        yield from _of_another(found, self.candidate)
        yield from _against_another(found, self.champion)
        yield from _too_good_to_be_true(found)
        yield from _too_little(found)
        yield from self._too_old(found)
        yield from self._too_bad(found)

    def _too_old(self, found: WhatIf) -> Iterator[GateRefusedError]:
        until = found.replayed.labels_until
        if self.newest_label and self.newest_label - until > AGE:
            yield GateRefusedError(
                f"the replay knows labels up to {until:%Y-%m-%d %H:%M}, there are some of "
                f"{self.newest_label:%Y-%m-%d %H:%M}: {_days(self.newest_label - until)} days newer, at most "
                f"{_days(AGE)} may be",
                "Replay newer events: headrace whatif.",
            )

    def _too_bad(self, found: WhatIf) -> Iterator[GateRefusedError]:
        lower = found.measured.difference["net_saved"].lower
        if lower is None or lower < -self._loss(found):
            yield GateRefusedError(
                f"{self.candidate.version} may be worse than {self.champion.version} by more than is allowed: "
                f"{_found(found)}; expected a lower bound of at least −{self._allowed(found)}",
                "Look at the page of the replay. More events narrow the interval; --margin is what you would risk.",
            )

    def _loss(self, found: WhatIf) -> float:
        """What may be lost: nothing, where the baseline saves nothing."""
        return self.margin * max(found.measured.baseline["net_saved"].value or 0.0, 0.0)

    def _allowed(self, found: WhatIf) -> str:
        loss = number(self._loss(found), MEASURES["net_saved"])
        return f"{loss} {found.costs.currency} ({percent(self.margin)})"


def _of_another(found: WhatIf, candidate: Sealed) -> Iterator[GateRefusedError]:
    side = found.candidate
    if not _is(side, candidate):
        yield GateRefusedError(
            f"the replay is of {_sealed(side)}, to be promoted is {candidate.version} "
            f"({candidate.manifest_sha256[:12]})",
            f"headrace whatif --model {candidate.version}, then promote.",
        )
    if not side.own_threshold:
        yield GateRefusedError(
            f"the replay lets {candidate.version} alert from score {side.threshold:.9g}, not from its own threshold",
            "A version's threshold is made with it: train with another policy, or replay it as it is.",
        )


def _against_another(found: WhatIf, champion: Sealed) -> Iterator[GateRefusedError]:
    side = found.baseline
    decided = side.kind == DECIDED and side.versions == (champion.version,)
    if not decided and not (_is(side, champion) and side.own_threshold):
        yield GateRefusedError(
            f"the replay compares with {side.name}, champion is {champion.version}",
            "Compare with the champion: headrace whatif --baseline champion, then promote.",
        )


def _too_good_to_be_true(found: WhatIf) -> Iterator[GateRefusedError]:
    trained_to, first = found.candidate.trained_to, found.replayed.first
    if trained_to and trained_to >= first:
        yield GateRefusedError(
            f"{found.candidate.name} was made from events up to {trained_to:%Y-%m-%d %H:%M}, the replay begins "
            f"{first:%Y-%m-%d %H:%M}: it judges the version by what it learned",
            f"Replay later events: headrace whatif --from {(trained_to + timedelta(days=1)):%Y-%m-%d}.",
        )


def _too_little(found: WhatIf) -> Iterator[GateRefusedError]:
    events = found.replayed
    if min(events.positives, events.entities) < FEW or found.resamples < DRAWS:
        yield GateRefusedError(
            f"the replay has {events.positives:,} positives of {events.entities:,} different {events.entity} and "
            f"{found.resamples:,} draws, expected at least {FEW}, {FEW} and {DRAWS:,}: its bounds mean little",
            "Replay a longer period, and leave --resamples as it is.",
        )


def _found(found: WhatIf) -> str:
    kind = MEASURES["net_saved"]
    difference, base = found.measured.difference["net_saved"], found.measured.baseline["net_saved"]
    return (
        f"net saved {number(difference.value, kind, signed=True)} {found.costs.currency} "
        f"({percent(found.confidence)}: {interval(difference, kind, signed=True)}) against {number(base.value, kind)} "
        f"of {', '.join(found.baseline.versions)}"
    )


def _is(side: Side, sealed: Sealed) -> bool:
    return (side.kind, side.versions, side.manifest_sha256) == (
        REPLAYED,
        (sealed.version,),
        sealed.manifest_sha256,
    )


def _sealed(side: Side) -> str:
    return f"{side.name} ({side.manifest_sha256[:12] or 'as decided'})"


def _days(length: timedelta) -> str:
    return f"{length / timedelta(days=1):.3g}"
