"""Trains and judges the models of a study on the features of our own job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from headrace.models.evaluation import without_known
from headrace.models.training_set import TrainingSet
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from headrace.training.features import compute_features
from headrace.training.labels import labelled_features
from headrace.training.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd

    from headrace.models.definition import ModelDefinition
    from headrace.reproduction.study import Fold, Model, Study
    from headrace.runtime.run import Run, RunningJob

FIGURES = ("roc_auc", "average_precision", "precision_at_k")
DIGITS = 3
"""As many were published."""


@dataclass(frozen=True)
class Result:
    """A model of a study.

    Attributes:
        model: its name.
        published: its figures as they were published, by name.
        ours: its figures here; empty when its library is not installed.
        missing: the library that is not installed; empty when nothing is missing.
        must_agree: whether they have to be the same.
    """

    model: str
    published: dict[str, float]
    ours: dict[str, float]
    missing: str
    must_agree: bool

    @property
    def agrees(self) -> bool:
        """Whether ours, rounded as they were published, are those that were published."""
        return {name: round(value, DIGITS) for name, value in self.ours.items()} == self.published

    @property
    def holds(self) -> bool:
        """Whether it agrees where it must."""
        return self.agrees or not self.must_agree


@dataclass(frozen=True)
class Experiment:
    """A study, set up on a data folder.

    Args:
        study: what to do.
        definition: columns and features of the models.
        run: the job that computes the features; its data folder holds history and labels.
    """

    study: Study
    definition: ModelDefinition
    run: Run

    def features(self, watch: Callable[[RunningJob], None]) -> None:
        """Compute the features by the job, unless they are there."""
        compute_features(self.run, watch)

    def results(self) -> Iterator[Result]:
        """Train and judge one model after the other."""
        folds = [self._sets(fold) for fold in self.study.folds]
        for model in self.study.models:
            yield self._result(model, folds)

    def _result(self, model: Model, folds: list[tuple[TrainingSet, TrainingSet]]) -> Result:
        published = {name: getattr(model.published, name) for name in FIGURES}
        try:
            model.make()
        except ImportError as error:
            return Result(model.name, published, {}, error.name or str(error), model.must_agree)
        figures = [self._figures(model, train, test) for train, test in folds]
        means = {name: float(np.mean([each[name] for each in figures])) for name in FIGURES}
        return Result(model.name, published, means, "", model.must_agree)

    def _figures(self, model: Model, train: TrainingSet, test: TrainingSet) -> dict[str, float]:
        learned = self.study.ordered(train.frame)
        inputs = learned[self.definition.feature_names].astype(np.float64)
        fitted = model.make().fit(inputs, learned[self.definition.label].to_numpy())
        scores = fitted.predict_proba(test.inputs)[:, 1].astype(np.float64)
        ranked = self.study.precision_at_k(test.entities, test.days, scores, test.labels, self.study.k)
        found = (roc_auc_score(test.labels, scores), average_precision_score(test.labels, scores), ranked)
        return {name: float(value) for name, value in zip(FIGURES, found)}

    def _sets(self, fold: Fold) -> tuple[TrainingSet, TrainingSet]:
        """What a fold learns from, and what it is judged by: without entities that were known when it was."""
        train = self._events(fold.train_from, fold.train_until)
        history = self._events(fold.train_from, fold.test_until)
        test = self._events(fold.test_from, fold.test_until)
        unknown = without_known(self.definition, test, history, self.study.label_delay)
        return TrainingSet(self.definition, train, "training"), TrainingSet(self.definition, unknown, "test")

    def _events(self, start: datetime, end: datetime) -> pd.DataFrame:
        tables = read_tables(Suite(self.run.root).use_case(self.run.job.use_case))
        return labelled_features(tables, self.run.data, self.definition, Period(start, end))
