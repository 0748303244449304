"""Events of the past with their features, the truth as far as it is known, and what was decided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.models.scorer import ALERT
from headrace.models.training_set import column_bytes, milliseconds, utc
from headrace.whatif import query
from headrace.whatif.result import WhatIfError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import pandas as pd
    from numpy.typing import NDArray

    from headrace.models.features import Feature
    from headrace.whatif.query import Source

DAY = 86_400_000


@dataclass(frozen=True)
class History:
    """n events in the order of their key.

    Args:
        frame: the columns that were asked for, features among them.
        entities: n numbers of entities, from 0 on.
        days: n UTC days, counted from 1970-01-01.
        first: time of the earliest event.
        amounts: n amounts.
        labels: n labels: 1, 0, or NaN where it is not known.
        labels_until: when the newest label was known.
        alerts: n decisions, whether they were alerts; None when it was not asked what was decided.
        deciders: the versions that decided.
        undecided: events left out since no decision on them is known.
        sha256: of keys, amounts, labels and decisions.
    """

    frame: pd.DataFrame
    entities: NDArray[np.intp]
    days: NDArray[np.int64]
    first: datetime
    amounts: NDArray[np.float64]
    labels: NDArray[np.float64]
    labels_until: datetime
    alerts: NDArray[np.bool_] | None
    deciders: tuple[str, ...]
    undecided: int
    sha256: str

    @property
    def day_count(self) -> int:
        """UTC days with events."""
        return len(np.unique(self.days))

    @property
    def entity_count(self) -> int:
        """Entities with events."""
        return int(self.entities.max()) + 1

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Whether an event is known to have label 1."""
        return np.equal(self.labels, 1)

    def inputs(self, features: Iterable[Feature]) -> dict[str, NDArray[Any]]:
        """The columns of a model, in its types."""
        return {each.name: self.frame[query.column_of(each)].to_numpy() for each in features}


def read_history(
    source: Source, features: Sequence[Feature], also: Sequence[str], *, decided: bool
) -> History:
    """Read the events of a period.

    Args:
        source: where they lie.
        features: of all models that are to score them, each in its own type.
        also: further columns of the features' table.
        decided: with what was decided; events without a prediction are left out then.

    Raises:
        WhatIfError: a table lacks a column, there are no events, none whose label is known, or values that can not be.
    """
    frame = query.ask(source, features, also, decided=decided)
    asked = len(frame)
    if decided:
        frame = frame[frame[query.DECISION].notna()].reset_index(drop=True)
    _require_sense(source, frame, asked)
    labels = frame[query.LABEL].to_numpy(dtype=np.float64)
    known = [query.KEY, query.AMOUNT, *([query.DECISION, query.VERSION] if decided else [])]
    return History(
        frame=frame,
        entities=np.unique(frame[query.ENTITY].to_numpy(dtype=str), return_inverse=True)[1],
        days=milliseconds(utc(frame[query.TIME])) // DAY,
        first=utc(frame[query.TIME]).min().to_pydatetime(),
        amounts=frame[query.AMOUNT].to_numpy(dtype=np.float64),
        labels=labels,
        labels_until=utc(frame[query.KNOWN]).max().to_pydatetime(),
        alerts=(frame[query.DECISION] == ALERT).to_numpy() if decided else None,
        deciders=tuple(sorted(frame[query.VERSION].unique())) if decided else (),
        undecided=asked - len(frame),
        sha256=_fingerprint(frame[known], labels),
    )


def _require_sense(source: Source, frame: pd.DataFrame, asked: int) -> None:
    if frame.empty:
        raise WhatIfError(
            f"none of the {asked:,} events in {source.features} of {source.period} has a prediction",
            "Compare with the champion instead: --baseline champion; or name the table that was scored: --features.",
        )
    if not frame[query.LABEL].notna().any():
        raise WhatIfError(
            f"of the {len(frame):,} events of {source.period} no label is known"
            + (f" as of {source.as_of:%Y-%m-%d %H:%M}" if source.as_of else ""),
            "Choose an earlier period, or wait: labels come later than their events.",
        )
    _refuse(frame, ~np.isfinite(frame[query.AMOUNT]), f"have no finite {source.columns.amount}")
    wrong = frame[query.LABEL].notna() & ~frame[query.LABEL].isin([0, 1])
    _refuse(frame, wrong, f"have a {source.columns.label} that is neither 0 nor 1")


def _refuse(frame: pd.DataFrame, bad: pd.Series[bool], what: str) -> None:
    if bad.any():
        keys = ", ".join(map(str, frame.loc[bad, query.KEY].head(3)))
        raise WhatIfError(f"{int(bad.sum())} of {len(bad)} events {what}; the first by key: {keys}")


def _fingerprint(frame: pd.DataFrame, labels: NDArray[np.float64]) -> str:
    digest = hashlib.sha256(labels.astype("<f8").tobytes())
    for column in frame:
        digest.update(column_bytes(frame[column]))
    return digest.hexdigest()
