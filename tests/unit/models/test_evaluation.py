from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from headrace.models.evaluation import entity_precision_at_k, measure, without_known
from headrace.models.training_set import TrainingSet

if TYPE_CHECKING:
    from headrace.models.definition import ModelDefinition


def precision(rows: Any, k: int) -> Any:
    entity, day, score, label = (np.array(column) for column in zip(*rows))
    return entity_precision_at_k(entity, day, score, label, k)


def test_an_entity_counts_by_its_highest_score_and_its_worst_label() -> None:
    rows = [("anna", 0, 0.2, 1), ("anna", 0, 0.9, 0), ("ben", 0, 0.8, 0)]
    assert precision(rows, k=1) == 1.0


def test_an_entity_that_was_found_is_not_looked_at_again() -> None:
    rows = [("anna", 0, 0.9, 1), ("anna", 1, 0.9, 1), ("ben", 1, 0.1, 1)]
    assert precision(rows, k=1) == 1.0


def test_an_entity_that_was_looked_at_in_vain_is_looked_at_again() -> None:
    rows = [("anna", 0, 0.9, 0), ("anna", 1, 0.9, 1), ("ben", 1, 0.1, 0)]
    assert precision(rows, k=1) == 0.5


def test_k_is_divided_by_even_if_there_are_fewer_entities() -> None:
    assert precision([("anna", 0, 0.9, 1)], k=4) == 0.25


def test_equal_scores_rank_by_entity() -> None:
    assert precision([("ben", 0, 0.5, 0), ("anna", 0, 0.5, 1)], k=1) == 1.0


def test_days_weigh_the_same_whatever_their_number_of_events() -> None:
    rows = [("anna", 0, 0.9, 1), *[(f"v{i}", 1, 0.5, 0) for i in range(20)]]
    assert precision(rows, k=1) == 0.5


def events(rows: Any) -> Any:
    return pd.DataFrame(
        {
            "visitor_id": [who for who, _, _ in rows],
            "visited_at": pd.to_datetime([when for _, when, _ in rows], utc=True),
            "left": [left for _, _, left in rows],
        }
    )


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        ("2026-03-01 23:59:59", True),  # the label comes later
        ("2026-03-08 10:00:00", True),  # the label comes on this very day, at 12:00
        ("2026-03-08 23:59:59", True),
        ("2026-03-09 00:00:00", False),  # known since yesterday
        ("2026-04-01 00:00:00", False),
    ],
)
def test_an_entity_is_left_out_from_the_day_after_its_label_came(
    definition: ModelDefinition, time: str, kept: bool
) -> None:
    history = events([("anna", "2026-03-01 12:00:00", 1), ("ben", "2026-03-01 12:00:00", 0)])
    evaluation = events([("anna", time, 0), ("ben", time, 1)])
    left = without_known(definition, evaluation, history, timedelta(days=7))
    assert list(left["visitor_id"]) == (["anna", "ben"] if kept else ["ben"])


def test_a_label_at_midnight_is_known_from_the_day_after(definition: ModelDefinition) -> None:
    history = events([("anna", "2026-03-01 00:00:00", 1)])
    evaluation = events([("anna", "2026-03-08 12:00:00", 0), ("anna", "2026-03-09 00:00:00", 0)])
    assert len(without_known(definition, evaluation, history, timedelta(days=7))) == 1


def test_decisions_are_measured_at_the_threshold(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    known = TrainingSet(definition, frame, "evaluation")
    scores = np.where(known.labels == 1, 0.9, 0.1)
    scores[np.flatnonzero(known.labels == 1)[0]] = 0.1
    metrics = measure(known, scores, threshold=0.9)
    positives = int(known.labels.sum())
    assert metrics["precision"] == 1.0
    assert metrics["recall"] == round((positives - 1) / positives, 9)
    assert metrics["alerts_per_day"] == round((positives - 1) / 3, 9)
    assert (metrics["k"], metrics["days"]) == (10, 3)


def test_without_alerts_there_is_no_precision(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    known = TrainingSet(definition, frame, "evaluation")
    assert measure(known, np.linspace(0, 0.5, len(frame)), threshold=0.6)["precision"] is None
