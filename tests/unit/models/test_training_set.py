from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from headrace.models.features import InvalidFeaturesError
from headrace.models.training_set import TrainingSet, TrainingSetError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from headrace.models.definition import ModelDefinition


def test_no_rows_are_refused(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    with pytest.raises(TrainingSetError, match="the training set has no rows"):
        TrainingSet(definition, frame.head(0), "training")


def test_a_missing_label_column_is_named(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    with pytest.raises(
        InvalidFeaturesError, match=r"evaluation set of model churn lacks: left; it has: visit_id"
    ):
        TrainingSet(definition, frame.drop(columns="left"), "evaluation")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda frame: frame.drop(columns="hour"), "missing: hour INT"),
        (lambda frame: frame.assign(minute=1), "extra: minute int64"),
        (lambda frame: frame.astype({"spent": int}), "wrong type: spent is int64, expected DOUBLE"),
        (lambda frame: frame.astype({"hour": float}), "wrong type: hour is float64, expected INT"),
    ],
)
def test_features_other_than_the_models_are_refused_with_both_sides(
    definition: ModelDefinition,
    frame: pd.DataFrame,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    expected: str,
) -> None:
    with pytest.raises(InvalidFeaturesError, match=expected):
        TrainingSet(definition, change(frame), "training")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (
            "spent",
            np.nan,
            r"1 of 600 rows of the training set have no finite spent \(NULL, NaN or infinite\)",
        ),
        ("spent", np.inf, r"no finite spent \(NULL, NaN or infinite\)"),
        ("left", 2, "a left that is neither 0 nor 1"),
        ("visited_at", None, "no visited_at"),
        ("visit_id", 8, "a visit_id that another row has too"),
    ],
)
def test_a_row_that_can_not_be_learned_from_is_named_by_its_key(
    definition: ModelDefinition, frame: pd.DataFrame, column: str, value: Any, expected: str
) -> None:
    frame.loc[7, column] = value
    with pytest.raises(TrainingSetError, match=rf"{expected}; the first by visit_id: [78]\n"):
        TrainingSet(definition, frame, "training")


def test_one_class_alone_is_refused(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    with pytest.raises(TrainingSetError, match="all 600 rows of the training set have left = 0"):
        TrainingSet(definition, frame.assign(left=0), "training")


def test_the_fingerprint_depends_on_no_order_and_no_width_of_integers(
    definition: ModelDefinition, frame: pd.DataFrame
) -> None:
    shuffled = frame.sample(frac=1, random_state=3)[list(reversed(frame.columns))].astype(
        {"visits": np.int32}
    )
    assert (
        TrainingSet(definition, shuffled, "training").fingerprint()
        == TrainingSet(definition, frame, "training").fingerprint()
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_fingerprint_reads_times_without_a_zone_as_utc(
    definition: ModelDefinition, frame: pd.DataFrame, unit: str
) -> None:
    naive = frame.assign(visited_at=frame["visited_at"].dt.tz_convert(None).astype(f"datetime64[{unit}]"))
    assert (
        TrainingSet(definition, naive, "training").fingerprint()
        == TrainingSet(definition, frame, "training").fingerprint()
    )


@pytest.mark.parametrize("column", ["visit_id", "visitor_id", "visits", "spent", "left"])
def test_the_fingerprint_changes_with_any_value(
    definition: ModelDefinition, frame: pd.DataFrame, column: str
) -> None:
    changed = frame.copy()
    changed.loc[5, column] = (
        1 - changed.loc[5, column] if column == "left" else changed.loc[5, column] + 10_000
    )
    assert (
        TrainingSet(definition, changed, "training").fingerprint()
        != TrainingSet(definition, frame, "training").fingerprint()
    )


def test_keys_and_entities_may_be_text(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    named = frame.assign(visitor_id=[f"v{number}" for number in frame["visitor_id"]])
    renamed = frame.assign(visitor_id=[f"w{number}" for number in frame["visitor_id"]])
    fingerprints = [
        TrainingSet(definition, given, "training").fingerprint() for given in (named, named, renamed)
    ]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_the_window_is_that_of_the_events(definition: ModelDefinition, frame: pd.DataFrame) -> None:
    document = TrainingSet(definition, frame, "training").as_document()
    assert document["from"] == frame["visited_at"].min().isoformat()
    assert document["to"] == frame["visited_at"].max().isoformat()
    assert (document["rows"], document["positives"]) == (600, int(frame["left"].sum()))
