from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from headrace.models.features import InvalidFeaturesError
from headrace.models.scorer import Scored, Scorer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact
    from headrace.models.onnx_model import OnnxModel


class Fragile:
    """A model that raises if any row spends more than its limit, and overflows if one spends nothing."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        if (matrix[:, 0] > self.limit).any():
            raise ValueError("too much")
        return np.where(matrix[:, 0] == 0, np.nan, 0.25)


def fragile(artifact: Artifact) -> Scorer:
    return Scorer(replace(artifact, model=cast("OnnxModel", Fragile(1000))), reasons=0)


def row(columns: dict[str, Any], number: int) -> dict[str, object]:
    return {name: column[number].item() for name, column in columns.items()}


def changed(columns: dict[str, Any], name: str, number: int, value: float) -> dict[str, Any]:
    column = columns[name].astype(float) if np.isnan(value) else columns[name].copy()
    column[number] = value
    return {**columns, name: column}


@pytest.mark.parametrize("explain_all", [False, True])
def test_a_row_alone_is_the_row_in_a_batch(
    artifact: Artifact, columns: dict[str, Any], explain_all: bool
) -> None:
    scorer = Scorer(artifact, explain_all=explain_all)
    together = scorer.score_batch(columns)
    assert [scorer.score_one(row(columns, i)) for i in range(len(together))] == together


def test_the_order_of_the_features_does_not_matter(artifact: Artifact, columns: dict[str, Any]) -> None:
    scorer = Scorer(artifact)
    turned = dict(reversed(list(columns.items())))
    assert scorer.score_batch(turned) == scorer.score_batch(columns)


def test_the_golden_rows_score_as_written(artifact: Artifact) -> None:
    scorer = Scorer(artifact)
    for line in (artifact.path / "golden.jsonl").read_text().splitlines():
        golden = json.loads(line)
        assert scorer.score_one(golden["features"]).score == golden["score"]


def test_scores_at_or_above_the_threshold_are_alerts(artifact: Artifact, columns: dict[str, Any]) -> None:
    threshold = artifact.manifest.threshold
    results = Scorer(artifact).score_batch(columns)
    assert {r.decision for r in results if r.score is not None and r.score >= threshold} == {"alert"}
    assert {r.decision for r in results if r.score is not None and r.score < threshold} == {"pass"}
    assert threshold in [r.score for r in results]


def test_every_result_names_the_version(artifact: Artifact, columns: dict[str, Any]) -> None:
    results = Scorer(artifact).score_batch(changed(columns, "spent", 3, np.nan))
    assert {result.model_version for result in results} == {artifact.manifest.version}


def test_alerts_have_reasons_and_the_rest_has_none(artifact: Artifact, columns: dict[str, Any]) -> None:
    for result in Scorer(artifact, reasons=2).score_batch(columns):
        assert len(json.loads(cast("str", result.reasons))) == (2 if result.decision == "alert" else 0)


def test_reasons_can_be_had_for_every_event(artifact: Artifact, columns: dict[str, Any]) -> None:
    results = Scorer(artifact, reasons=4, explain_all=True).score_batch(columns)
    assert any(json.loads(cast("str", result.reasons)) for result in results if result.decision == "pass")


def test_no_reasons_are_given_when_none_are_wanted(artifact: Artifact, columns: dict[str, Any]) -> None:
    results = Scorer(artifact, reasons=0, explain_all=True).score_batch(columns)
    assert {result.reasons for result in results} == {"[]"}


def test_reasons_change_nothing_about_scores(artifact: Artifact, columns: dict[str, Any]) -> None:
    with_reasons, without = (Scorer(artifact, reasons=n).score_batch(columns) for n in (3, 0))
    assert [result._replace(reasons="[]") for result in with_reasons] == without


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_row_without_a_finite_value_has_an_error_and_no_score(
    artifact: Artifact, columns: dict[str, Any], value: float
) -> None:
    result = Scorer(artifact).score_batch(changed(columns, "spent", 3, value))[3]
    error = "no finite value (NULL, NaN or infinite): spent"
    assert result == Scored(None, None, artifact.manifest.version, None, error)


@pytest.mark.parametrize("name", ["spent", "hour", "visits", "spent_avg"])
def test_a_null_in_one_row_leaves_its_neighbours_as_they_are(
    artifact: Artifact, columns: dict[str, Any], name: str
) -> None:
    scorer = Scorer(artifact)
    whole, holed = scorer.score_batch(columns), scorer.score_batch(changed(columns, name, 3, np.nan))
    assert holed[:3] + holed[4:] == whole[:3] + whole[4:]
    assert holed[3] == scorer.score_one({**row(columns, 3), name: None})


def test_a_batch_of_nothing_but_nulls_has_nothing_but_errors(artifact: Artifact) -> None:
    nulls = {feature.name: np.full(2, np.nan) for feature in artifact.manifest.features}
    results = Scorer(artifact).score_batch(nulls)
    assert [result.score for result in results] == [None, None]
    assert results[0].error == "no finite value (NULL, NaN or infinite): spent, hour, visits, spent_avg"


def test_no_rows_give_no_results(artifact: Artifact, columns: dict[str, Any]) -> None:
    assert Scorer(artifact).score_batch({name: column[:0] for name, column in columns.items()}) == []


def test_a_row_that_the_model_fails_on_has_the_error_and_its_neighbours_their_scores(
    linear: Artifact, columns: dict[str, Any]
) -> None:
    results = fragile(linear).score_batch(changed(columns, "spent", 3, 5000.0))
    assert results[3].error == "the model failed: ValueError: too much"
    assert results[3].score is None
    assert [result.score for result in results[:3] + results[4:]] == [0.25] * (len(results) - 1)


def test_a_score_that_is_no_number_is_an_error(linear: Artifact, columns: dict[str, Any]) -> None:
    result = fragile(linear).score_batch(changed(columns, "spent", 3, 0.0))[3]
    assert (result.score, result.decision, result.error) == (None, None, "the model gave the score nan")


def test_other_features_are_refused_with_both_sides_and_the_version(artifact: Artifact) -> None:
    with pytest.raises(InvalidFeaturesError, match=f"not those of model {artifact.manifest.version}"):
        Scorer(artifact).score_one({"spent": 1.5})
