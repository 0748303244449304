"""A certificate holds only when everything that was compared is the same."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.parity.certificate import Certificate
from headrace.parity.comparison import ColumnDifference
from headrace.parity.page import page, verdict, worst
from tests.unit.parity.certificates import certificate, comparison

DIFFERENT = ColumnDifference(column="count_1d", rows=2, largest=0.5, examples=[7])


@pytest.mark.parametrize(
    "change",
    [
        {"only_left": 1},
        {"only_right": 1},
        {"repeated": 1},
        {"rows": 0},
        {"columns": [DIFFERENT]},
    ],
)
def test_any_difference_refutes(change: dict[str, Any]) -> None:
    found = certificate(comparison(), comparison(left="killed", **change))
    assert not found.holds
    assert "DIFFERENT in killed and oracle" in verdict(found)
    assert page(found).startswith("# Parity of case: DOES NOT HOLD")


def test_nothing_compared_proves_nothing() -> None:
    assert not certificate().holds


def test_the_same_everywhere_holds() -> None:
    found = certificate(comparison(), comparison(left="killed"))
    assert found.holds
    assert verdict(found) == "3 rows of 3 columns, 1 computations: no difference"


def test_the_page_says_what_differs_where_and_by_how_much() -> None:
    text = page(certificate(comparison(columns=[DIFFERENT]), comparison(left="killed")))
    assert "| count_1d | 0.5 (2 rows) | 0 |" in text
    assert "| name | – | 0 |" in text
    assert "* by `who`: 2 rows: 4, 5" in text


def test_the_largest_difference_of_a_column_is_named_with_its_place() -> None:
    assert worst([comparison(columns=[DIFFERENT]), comparison(left="killed")]) == [
        ("count_1d", "0.5 (2 rows)", "raw – oracle"),
        ("name", "0", "–"),
    ]


def test_the_json_form_can_be_read_back() -> None:
    found = certificate(comparison())
    again = Certificate.model_validate_json(found.model_dump_json())
    assert again == found
    assert '"holds":true' in found.model_dump_json()
