"""The models that score: trained once by the library on payments of the benchmark, then kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.pipeline.wide import AGGREGATES, WIDTHS
from benchmarks.pipeline.wide_truth import truth_of
from benchmarks.place import ROOT
from headrace.models.definition import AlertBudget, Feature, ModelDefinition, load_definition
from headrace.models.training import Provenance, train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from benchmarks.pipeline.wide import Width

TREES = {"trees100": 100, "trees1000": 1_000}
WIDE = {f"features{count}": width for count, width in WIDTHS.items()}
ALERTS_A_PAYMENT = 0.01
LEARNED_SHARE = 0.7
PATIENCE = 2_000
"""Iterations at most where there are more features."""


def make_artifact(home: Path, model: str, payments: Callable[[], pd.DataFrame]) -> Path:
    """The folder of a model; trained when it is not there.

    Args:
        home: of all of them.
        model: ``logistic``, the shipped definition; else a key of ``TREES`` or of ``WIDE``.
        payments: what to learn from, and behind that, to choose the threshold on.
    """
    target = home / model
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True)
        frame = payments()
        learned, judged = training_sets(frame, WIDE.get(model))
        days = max(judged["event_time"].dt.normalize().nunique(), 1)
        budget = AlertBudget(alerts_per_day=ALERTS_A_PAYMENT * len(judged) / days)
        definition = replace(definition_of(model), policy=budget)
        train(
            definition, learned, judged, target, Provenance("0" * 64, "benchmark"), version=f"fraud-{model}"
        )
    return target


def definition_of(model: str) -> ModelDefinition:
    """What is trained: the shipped definition, with so many trees of the shipped size or so many features if asked."""
    shipped = load_definition(ROOT, "fraud")
    if model in WIDE:
        more = [
            Feature(each.name, "DOUBLE", each.aggregate)
            for entity in AGGREGATES
            for each in WIDE[model].additions(entity)
        ]
        features = (*shipped.features, *more)
        return replace(shipped, name=f"fraud_{model}", features=features, estimator=lambda: _patient(shipped))
    if model not in TREES:
        return shipped
    return replace(shipped, name=f"fraud_{model}", estimator=lambda: _trees(TREES[model]))


def training_sets(payments: pd.DataFrame, width: Width | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features with labels, the earlier ones to learn from, the later ones to be judged by.

    Args:
        payments: in the order of event time.
        width: which features there are; the shipped ones if none is given.
    """
    features = truth_of(payments, width).features()
    frame = features.merge(payments[["transaction_id", "fraud"]], on="transaction_id")
    frame = typed(
        frame.assign(event_time=frame["event_time"].dt.tz_localize("UTC"), fraud=frame["fraud"].astype(int))
    )
    border = int(len(frame) * LEARNED_SHARE)
    return frame.iloc[:border].reset_index(drop=True), frame.iloc[border:].reset_index(drop=True)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose features have the types that the model declares."""
    kinds = {"DOUBLE": "float64", "INT": "int32", "BIGINT": "int64"}
    declared = load_definition(ROOT, "fraud").features
    found: pd.DataFrame = frame.astype({each.name: kinds[each.type] for each in declared})
    return found


def _patient(shipped: ModelDefinition) -> Any:
    """The shipped estimator with more iterations: many features of one window say nearly the same."""
    return shipped.estimator().set_params(logisticregression__max_iter=PATIENCE)


def _trees(count: int) -> Any:
    return HistGradientBoostingClassifier(max_iter=count, early_stopping=False, random_state=0)
