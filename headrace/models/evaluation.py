"""How good scores are: by event, and by the entities that people would look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from headrace.models.training_set import milliseconds, utc

if TYPE_CHECKING:
    from datetime import timedelta

    from numpy.typing import NDArray

    from headrace.models.definition import ModelDefinition
    from headrace.models.training_set import TrainingSet

DAY = 86_400_000


def measure(events: TrainingSet, scores: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Quality of scores and of the decisions that a threshold makes of them.

    Args:
        events: the labelled events that were scored.
        scores: one an event.
        threshold: events with a score at or above it are alerts.

    Returns:
        ``roc_auc``, ``average_precision``, ``entity_precision_at_k`` with its ``k`` and ``days``; of the
        decisions ``alerts_per_day``, ``precision`` (None without alerts) and ``recall``.
    """
    k = events.definition.review_capacity
    days = len(np.unique(events.days))
    alerts, positive = scores >= threshold, events.labels == 1
    hits = int((alerts & positive).sum())
    return {
        "roc_auc": _rounded(roc_auc_score(events.labels, scores)),
        "average_precision": _rounded(average_precision_score(events.labels, scores)),
        "entity_precision_at_k": _rounded(
            entity_precision_at_k(events.entities, events.days, scores, events.labels, k)
        ),
        "k": k,
        "days": days,
        "alerts_per_day": _rounded(alerts.sum() / days),
        "precision": _rounded(hits / alerts.sum()) if alerts.any() else None,
        "recall": _rounded(hits / positive.sum()),
    }


def entity_precision_at_k(
    entities: NDArray[Any],
    days: NDArray[np.int64],
    scores: NDArray[np.float64],
    labels: NDArray[np.int64],
    k: int,
) -> float:
    """Share of the k entities looked at each day that were rightly looked at, mean over the days.

    On a day an entity's score and label are the highest of its events. Of the k highest scores those with a
    positive label are found; an entity that was found is left out on later days. Equal scores rank by entity.
    (The card precision of Le Borgne et al., Reproducible Machine Learning for Credit Card Fraud Detection, 2022.)

    Args:
        entities: n entities, one an event.
        days: n day numbers.
        scores: n scores.
        labels: n labels, 0 or 1.
        k: how many entities are looked at a day, whether or not there are as many.

    >>> entity_precision_at_k(np.array([1, 1, 2]), np.zeros(3), np.array([.1, .9, .8]), np.array([1, 0, 0]), 2)
    0.5
    """
    events = pd.DataFrame({"entity": entities, "day": days, "score": scores, "label": labels})
    by_day = events.groupby(["day", "entity"], sort=True)[["score", "label"]].max().reset_index()
    found: set[Any] = set()
    shares = []
    for _, day in by_day.groupby("day", sort=True):
        unknown = day[~day["entity"].isin(list(found))]
        top = unknown.sort_values("score", ascending=False, kind="stable").head(k)
        hits = top.loc[top["label"] == 1, "entity"]
        found.update(hits)
        shares.append(len(hits) / k)
    return float(np.mean(shares))


def without_known(
    definition: ModelDefinition, evaluation: pd.DataFrame, history: pd.DataFrame, label_delay: timedelta
) -> pd.DataFrame:
    """Events of entities that were not yet known to be positive on the day of the event.

    An evaluation that keeps them counts as successes what everybody knew. An entity is known on a UTC day
    if the label of one of its positive events had arrived before the day began.

    Args:
        definition: names the columns of both frames.
        evaluation: the events to choose from.
        history: labelled events from the first training day to the last of the evaluation.
        label_delay: time from an event to its label.

    Returns:
        The rows of the evaluation that are left, in their order.
    """
    entity, label, time = definition.entity, definition.label, definition.event_time
    positive = history[history[label] == 1]
    arrival = pd.Series(milliseconds(utc(positive[time])), index=positive[entity].to_numpy())
    known_since = arrival.groupby(level=0).min() + label_delay.total_seconds() * 1000
    known = evaluation[entity].map(known_since).fillna(np.inf).to_numpy()
    left: pd.DataFrame = evaluation[known >= milliseconds(utc(evaluation[time])) // DAY * DAY]
    return left


def _rounded(value: float) -> float:
    """Nine digits: more would differ between machines and mean nothing."""
    return round(float(value), 9)
