"""What a replay found, as a document: the file that the gate reads, the page is made of, and scripts take."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 -- pydantic evaluates annotations at run time
from typing import Literal, Optional

from pydantic import BaseModel, ConfigDict

from headrace.errors import HeadraceError
from headrace.whatif.costs import Costs  # noqa: TC001 -- as datetime

FORMAT = 1
DECIDED: Literal["decided"] = "decided"
REPLAYED: Literal["replayed"] = "replayed"


class WhatIfError(HeadraceError):
    """History can not be replayed as asked, or a result can not be read."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Estimate(_Document):
    """A measure with its interval; all None where there is nothing to measure it by.

    Attributes:
        value: on the events as they were.
        lower: of the interval.
        upper: of the interval.
    """

    value: Optional[float]
    lower: Optional[float]
    upper: Optional[float]


class Side(_Document):
    """Who decided.

    Attributes:
        kind: ``decided`` as the predictions say, or ``replayed``: scored again.
        versions: who decided; several only where that stands in the predictions.
        manifest_sha256: of the version's manifest; empty for what was decided.
        threshold: alerts from this score on; None for what was decided.
        own_threshold: whether that is the version's own.
        champion: whether it is the champion that was replayed.
        trained_to: last event that the version, or its threshold, was made from; None where that is not known.
    """

    kind: Literal["decided", "replayed"]
    versions: tuple[str, ...]
    manifest_sha256: str = ""
    threshold: Optional[float] = None
    own_threshold: bool = True
    champion: bool = False
    trained_to: Optional[datetime] = None

    @property
    def name(self) -> str:
        """Who decided, in a few words."""
        versions = ", ".join(self.versions)
        if self.kind == DECIDED:
            return f"decided by {versions}"
        return versions if self.own_threshold else f"{versions} at {self.threshold:.6g}"


class Events(_Document):
    """What was replayed.

    Attributes:
        begin: of the period.
        end: first moment after it.
        as_of: labels known later are unknown; None: all in the table are known.
        features: the table they come from.
        events: how many were replayed.
        first: time of the earliest of them.
        days: UTC days with events.
        entity: the column with whom an event belongs to; drawn by the bootstrap.
        entities: how many of them.
        positives: events with label 1.
        positive_amount: what they are worth.
        unlabelled: events whose label is not known; they count as load and as nothing else.
        undecided: events of the period that are left out since no decision is known of them.
        unscored: events that a version could not score, by version; they are no alerts of it.
        labels_until: when the newest of their labels was known.
        sha256: of the events, their labels and amounts.
    """

    begin: datetime
    end: datetime
    as_of: Optional[datetime]
    features: str
    events: int
    first: datetime
    days: int
    entity: str
    entities: int
    positives: int
    positive_amount: float
    unlabelled: int
    undecided: int
    unscored: dict[str, int]
    labels_until: datetime
    sha256: str


class Measured(_Document):
    """Measures by name, see `headrace.whatif.measures.MEASURES`.

    Attributes:
        candidate: of the version that is asked about.
        baseline: of what it is compared with.
        difference: candidate minus baseline, its interval from the same draws.
    """

    candidate: dict[str, Estimate]
    baseline: dict[str, Estimate]
    difference: dict[str, Estimate]


class Slice(_Document):
    """A part of the events.

    Attributes:
        column: by which the events were cut.
        value: which part.
        events: how many.
        positives: of them.
        measured: the same measures, on this part.
    """

    column: str
    value: str
    events: int
    positives: int
    measured: Measured


class Day(_Document):
    """A UTC day.

    Attributes:
        day: as a date.
        candidate: alerts.
        baseline: alerts.
    """

    day: str
    candidate: int
    baseline: int


class Point(_Document):
    """What another threshold would have given.

    Attributes:
        threshold: alerts from this score on.
        alerts_a_day: of all events.
        net_saved: of the events whose label is known.
    """

    threshold: float
    alerts_a_day: float
    net_saved: float


class WhatIf(_Document):
    """What a replay found; the same input gives the same bytes.

    Attributes:
        format: of this document.
        use_case: a folder in sql/.
        candidate: what is asked about.
        baseline: what it is compared with.
        replayed: the events.
        costs: what an alert costs and saves.
        confidence: of the intervals.
        resamples: draws of the bootstrap.
        seed: of the draws.
        measured: of all events.
        slices: of parts of them.
        by_day: alerts, day by day.
        thresholds: what others would have given, descending.
    """

    format: Literal[1] = 1
    use_case: str
    candidate: Side
    baseline: Side
    replayed: Events
    costs: Costs
    confidence: float
    resamples: int
    seed: int
    measured: Measured
    slices: tuple[Slice, ...]
    by_day: tuple[Day, ...]
    thresholds: tuple[Point, ...]
