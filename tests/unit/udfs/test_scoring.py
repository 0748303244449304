from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from headrace.models.scorer import Scored
from udfs.scoring import SCORED, JobParameterError, make_scorer, to_frame

if TYPE_CHECKING:
    from pathlib import Path

ALERT = Scored(0.75, "alert", "v", '[{"feature":"x","value":1.0,"contribution":0.5}]', None)
FAILED = Scored(None, None, "v", None, "no finite value (NULL, NaN or infinite): x")


def test_the_declared_fields_are_those_of_a_result() -> None:
    assert tuple(SCORED.field_names()) == Scored._fields


def test_a_result_without_a_score_is_null_in_its_column_and_no_number() -> None:
    frame = to_frame([ALERT, FAILED])
    assert frame["score"].dtype == "float64"
    assert frame["score"][0] == 0.75
    assert math.isnan(frame["score"][1])
    assert frame["error"].tolist() == [None, FAILED.error]


@pytest.mark.parametrize("results", [[], [FAILED], [ALERT]])
def test_columns_and_the_type_of_the_score_do_not_depend_on_the_results(results: list[Scored]) -> None:
    frame = to_frame(results)
    assert list(frame.columns) == list(Scored._fields)
    assert frame["score"].dtype == "float64"


@pytest.mark.parametrize("reasons", ["", "-1", "3.5", "many"])
def test_reasons_must_be_a_number(reasons: str, tmp_path: Path) -> None:
    with pytest.raises(JobParameterError, match=r"headrace.reasons is"):
        make_scorer(str(tmp_path), reasons)
