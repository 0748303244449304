"""Nothing is timed that does not compute the same: features as DuckDB, scores as the library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.pipeline.artifacts import typed
from benchmarks.pipeline.streams import ID, Stream
from benchmarks.pipeline.wide_truth import truth_of
from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.pipeline.contenders import Contender
    from benchmarks.pipeline.wide import Width

TOLERANCE = 1e-6
"""Of scores: features may differ in their last bits."""
BOTH = ("customer", "terminal")


class Expected:
    """The features and scores of payments when verdicts are known up to a moment, as with a nightly delivery.

    Args:
        payments: in the order of time.
        filled: how many of them fill windows; those after them are compared, the verdicts known before them count.
        model: folder of the artifact.
        width: which features there are; the shipped ones if none is given.
    """

    def __init__(self, payments: pd.DataFrame, filled: int, model: Path, width: Width | None = None) -> None:
        self.stream, self.filled, self.model = Stream(payments), filled, model
        self.until = self.stream.moment(filled - 1)
        self._truth = truth_of(payments, width, self.until)

    def check(self, who: str, answers: Iterable[dict[str, Any]], scratch: Path) -> int:
        """Compare answers that have features and score; returns how many were compared.

        Args:
            who: answered, for the message.
            answers: of all payments; those that filled windows are left out.
            scratch: a file for the answers.

        Raises:
            HeadraceError: when one is missing, is there twice, or differs.
        """
        later = {*self._later()}
        kept = [row for row in answers if row[ID] in later]
        scratch.write_text("".join(f"{json.dumps(row)}\n" for row in kept), encoding="utf-8")
        compared = self._truth.check(who, scratch, BOTH)
        self.check_scores(who, kept)
        return compared

    def _later(self) -> list[int]:
        payments = self.stream.payments
        return [int(each) for each in payments[ID][payments["event_time"] > self.until]]

    @property
    def features(self) -> pd.DataFrame:
        """The payments that are compared, with their features."""
        return self._truth.features()

    def check_scores(self, who: str, answers: Iterable[dict[str, Any]]) -> int:
        """Compare scores alone; returns how many.

        Raises:
            HeadraceError: when one is missing or differs.
        """
        truth, given = typed(self.features), pd.DataFrame(answers)
        found = load_artifact(self.model)
        columns = {each.name: truth[each.name].to_numpy() for each in found.manifest.features}
        wanted = pd.Series(
            [each.score for each in Scorer(found).score_batch(columns)], index=truth[ID], dtype=float
        )
        scores = given.set_index(ID)["score"].reindex(wanted.index)
        wrong = int((~np.isclose(scores, wanted, rtol=0, atol=TOLERANCE)).sum())
        if wrong:
            raise HeadraceError(
                f"{who}: {wrong} of {len(wanted)} scores differ from the library's",
                "What computes something else is not compared.",
            )
        return len(wanted)


def answers_of(contender: Contender) -> Iterable[dict[str, Any]]:
    """A contender's answers with their features, which our job writes to a topic of their own."""
    topics = contender.topics
    if not contender.case.is_flink:
        return topics.rows("predictions")
    features = {row[ID]: row for row in topics.rows("transaction_features")}
    return ({**features[row[ID]], **row} for row in topics.rows("predictions"))
