from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from headrace.runtime.suite import Suite
from headrace.whatif.costs import CostsError, default_costs, read_costs
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
currency: EUR
amount: amount
review_cost: 4
recovered_share: 0.8
reviews_a_day: 60
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "costs.yaml"


def test_costs_are_read_and_a_false_alert_costs_nothing_beyond_its_review_unless_it_is_said(
    path: Path,
) -> None:
    path.write_text(GOOD)
    found = read_costs(path)
    assert (found.review_cost, found.recovered_share, found.false_alert_cost) == (4, 0.8, 0)


@pytest.mark.parametrize("use_case", Suite(ROOT).use_cases)
def test_every_use_case_with_labels_has_costs_that_say_that_they_are_assumed(use_case: str) -> None:
    path = default_costs(ROOT, use_case)
    if "labels" in Suite(ROOT).use_case(use_case).contracts:
        assert read_costs(path).amount
        assert "ASSUMPTION" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("good", "bad", "line", "said"),
    [
        ("review_cost: 4", "review_cost: dear", 4, "review_cost: Input should be a valid number, got 'dear'"),
        (
            "review_cost: 4",
            "review_cost: -1",
            4,
            "review_cost: Input should be greater than or equal to 0, got -1",
        ),
        ("review_cost: 4", "review_cost: .nan", 4, "review_cost: Input should be a finite number, got nan"),
        ("0.8", "1.2", 5, "recovered_share: Input should be less than or equal to 1, got 1.2"),
        ("reviews_a_day: 60", "reviews_a_day: 0", 6, "reviews_a_day: Input should be greater than 0, got 0"),
        ("currency", "curency", 2, "there is no curency; there are: currency, amount, review_cost"),
        ("amount: amount", "", 1, "amount is missing"),
        ("review_cost: 4", "review_cost: [4", 5, "not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(path: Path, good: str, bad: str, line: int, said: str) -> None:
    path.write_text(GOOD.replace(good, bad))
    with pytest.raises(CostsError, match=re.escape(said)) as raised:
        read_costs(path)
    assert f"{path}:{line}: " in str(raised.value)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "valid dictionary"), (b"- 1", "valid dictionary"), (b"\xff", "not UTF-8")]
)
def test_a_file_of_something_else_is_refused(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(CostsError, match=said):
        read_costs(path)


def test_a_file_that_is_not_there_is_said(path: Path) -> None:
    with pytest.raises(CostsError, match=f"costs {path} can not be read: No such file"):
        read_costs(path)
