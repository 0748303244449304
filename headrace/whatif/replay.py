"""Replays history with another version, threshold or cost table, beside what was decided or the champion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from headrace.models.features import REAL
from headrace.whatif.bootstrap import CONFIDENCE
from headrace.whatif.comparison import DECIMALS, Draws, compare, sums_by_entity
from headrace.whatif.history import read_history
from headrace.whatif.measures import measure
from headrace.whatif.query import Columns, Source, count_decided
from headrace.whatif.result import Day, Events, Measured, Point, Slice, WhatIf, WhatIfError
from headrace.whatif.sides import Version, as_decided, replayed
from headrace.whatif.slices import cut, default_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact
    from headrace.tables.contract import Table
    from headrace.training.period import Period
    from headrace.whatif.costs import Costs
    from headrace.whatif.history import History
    from headrace.whatif.sides import Decisions

POINTS = 60
"""Thresholds that are tried."""
THRESHOLD_DECIMALS = 9
SPREAD = 5
"""They are tried up to so many times the alerts, or the positives."""


@dataclass(frozen=True)
class Question:
    """What if.

    Args:
        use_case: a folder in sql/.
        tables: its tables.
        data: the data folder.
        features: the table with the features.
        period: of the events.
        costs: what an alert costs and saves.
        candidate: the version that is asked about.
        baseline: the version that it is compared with; None: what was decided.
        slice_by: columns; none: the amount, and the candidate's features that have two values.
        as_of: labels known later are unknown; None: all in the table are known.
        draws: of the bootstrap.
    """

    use_case: str
    tables: Mapping[str, Table]
    data: Path
    features: str
    period: Period
    costs: Costs
    candidate: Version
    baseline: Version | None = None
    slice_by: Sequence[str] = ()
    as_of: datetime | None = None
    draws: Draws = field(default_factory=Draws)

    @property
    def source(self) -> Source:
        """Where the events lie, by the columns of the candidate's manifest."""
        columns = columns_of(self.candidate.artifact, self.costs)
        return Source(self.tables, self.data, self.features, columns, self.period, self.as_of)


def columns_of(artifact: Artifact, costs: Costs) -> Columns:
    """Which columns say what, as a version was trained."""
    return Columns(**artifact.manifest.document["columns"], amount=costs.amount)


def was_decided(question: Question) -> bool:
    """Whether there are predictions for events of the period."""
    return count_decided(question.source) > 0


def what_if(question: Question) -> WhatIf:
    """Replay history.

    Returns:
        What was found; the same input gives the same document.

    Raises:
        WhatIfError: there are no events, no labels, or columns that are needed are not there.
        InvalidFeaturesError: a version was trained on features of other types.
    """
    history = _read(question)
    candidate = replayed(question.candidate, history)
    baseline = replayed(question.baseline, history) if question.baseline else as_decided(history)
    alerts = candidate.alerts, baseline.alerts
    measured, slices = _measured(question, history, alerts)
    return WhatIf(
        use_case=question.use_case,
        candidate=candidate.side,
        baseline=baseline.side,
        replayed=_events(question, history, (candidate, baseline)),
        costs=question.costs,
        confidence=CONFIDENCE,
        resamples=question.draws.resamples,
        seed=question.draws.seed,
        measured=measured,
        slices=slices,
        by_day=tuple(_by_day(history.days, alerts)),
        thresholds=tuple(_thresholds(history, candidate, question.costs)),
    )


def _read(question: Question) -> History:
    """The events, with the features of all versions that are to score them, and the columns to slice by."""
    features = list(question.candidate.artifact.manifest.features)
    if question.baseline:
        other = question.baseline.artifact
        if columns_of(other, question.costs) != question.source.columns:
            raise WhatIfError(
                f"{other.manifest.version} names key, entity, event time and label otherwise than "
                f"{question.candidate.artifact.manifest.version}: {dict(other.manifest.document['columns'])}",
                "Compare versions of the same events.",
            )
        features += other.manifest.features
    also = question.slice_by or [question.costs.amount, *_whole_numbers(question)]
    return read_history(question.source, features, also, decided=question.baseline is None)


def _whole_numbers(question: Question) -> list[str]:
    return [each.name for each in question.candidate.artifact.manifest.features if each.type != REAL]


def _measured(
    question: Question, history: History, alerts: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[Measured, tuple[Slice, ...]]:
    """All events, and parts of them."""
    amount = question.costs.amount
    names = question.slice_by or default_columns(history.frame, amount, _whole_numbers(question))
    parts = cut(history.frame, names)
    everything = np.ones(len(history.labels), dtype=np.bool_)
    chosen = [everything, *(part for _, _, part in parts)]
    whole, *measured = compare(history, alerts, chosen, question.costs, question.draws)
    slices = (
        Slice(
            column=column,
            value=value,
            events=int(part.sum()),
            positives=int((part & history.positive).sum()),
            measured=each,
        )
        for (column, value, part), each in zip(parts, measured)
    )
    return whole, tuple(slices)


def _events(question: Question, history: History, sides: Sequence[Decisions]) -> Events:
    failed = {each.side.versions[0]: each.unscored for each in sides if each.unscored}
    return Events(
        begin=question.period.start,
        end=question.period.end,
        as_of=question.as_of,
        features=question.features,
        events=len(history.labels),
        first=history.first,
        days=history.day_count,
        entity=question.source.columns.entity,
        entities=history.entity_count,
        positives=int(history.positive.sum()),
        positive_amount=round(float(history.amounts[history.positive].sum()), DECIMALS),
        unlabelled=int(np.isnan(history.labels).sum()),
        undecided=history.undecided,
        unscored=failed,
        labels_until=history.labels_until,
        sha256=history.sha256,
    )


def _by_day(days: NDArray[np.int64], alerts: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Iterator[Day]:
    for day in np.unique(days):
        candidate, baseline = (int((each & (days == day)).sum()) for each in alerts)
        yield Day(day=str(np.datetime64(int(day), "D")), candidate=candidate, baseline=baseline)


def _thresholds(history: History, candidate: Decisions, costs: Costs) -> Iterator[Point]:
    """Thresholds around the candidate's own, from one alert a day on; equal scores are in or out together."""
    scores = candidate.scores if candidate.scores is not None else np.empty(0)
    known = np.sort(scores[~np.isnan(scores)])[::-1]
    most = SPREAD * max(int(candidate.alerts.sum()), int(history.positive.sum()), 1)
    counts = np.geomspace(1, min(most, max(len(known), 1)), POINTS).astype(int)
    tried = {*known[counts - 1].tolist()} if len(known) else set()
    for threshold in sorted({*tried, candidate.side.threshold}, reverse=True):
        yield _point(history, scores >= threshold, threshold, costs)


def _point(history: History, alerts: NDArray[np.bool_], threshold: float, costs: Costs) -> Point:
    everything = [np.ones(len(alerts), dtype=np.bool_)]
    sums = sums_by_entity(history, (alerts, alerts), everything)[0].sum(axis=0)
    found = measure(sums, costs, history.day_count)
    return Point(
        threshold=round(threshold, THRESHOLD_DECIMALS),
        alerts_a_day=round(float(found["alerts_a_day"]), DECIMALS),
        net_saved=round(float(found["net_saved"]), DECIMALS) + 0.0,
    )
