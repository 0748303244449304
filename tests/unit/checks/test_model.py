from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.checks.model import check_model, features_given
from headrace.models.features import InvalidFeaturesError
from headrace.runtime.job import load_job
from headrace.runtime.resolve import Step
from headrace.runtime.run import Run
from headrace.runtime.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Callable


def step(text: str) -> Step:
    return Step(Statement("scores", Path("scores.sql"), text))


def test_features_are_the_fields_of_the_row_that_is_scored() -> None:
    text = "SELECT score(CAST(ROW(a, b) AS ROW<amount double, `hour` INT NOT NULL>)) AS said FROM features"
    assert features_given([step("SELECT 1"), step(text)]) == {"amount": "DOUBLE", "hour": "INT"}


@pytest.mark.parametrize(
    "texts",
    [
        ["SELECT a FROM features"],
        ["SELECT CAST(ROW(a) AS ROW<a INT>)", "SELECT CAST(ROW(b) AS ROW<b INT>)"],
        ["SELECT 'AS ROW<a INT>'"],
    ],
    ids=["no row", "two rows", "a literal"],
)
def test_when_it_is_not_clear_what_is_scored_nothing_is_said(texts: list[str]) -> None:
    assert features_given(map(step, texts)) == {}


def test_our_own_jobs_give_our_own_model_its_features(root: Path, tmp_path: Path, artifact: Path) -> None:
    for job in ("score", "realtime"):
        check_model(Run(root, load_job(root, job), tmp_path), artifact)


def test_a_feature_of_another_type_is_refused(
    root: Path, tmp_path: Path, artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(original: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
        return lambda steps: {**original(steps), "is_night": "BIGINT"}

    monkeypatch.setattr("headrace.checks.model.features_given", renamed(features_given))
    with pytest.raises(InvalidFeaturesError, match="wrong type: is_night is BIGINT, expected INT"):
        check_model(Run(root, load_job(root, "score"), tmp_path), artifact)
