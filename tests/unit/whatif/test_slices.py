from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.whatif.result import WhatIfError
from headrace.whatif.slices import cut, default_columns


def texts(frame: pd.DataFrame, *columns: str) -> list[tuple[str, int]]:
    return [(value, int(chosen.sum())) for _, value, chosen in cut(frame, columns)]


def test_few_values_are_a_part_each_and_null_is_one_too() -> None:
    frame = pd.DataFrame({"night": [0, 1, 1, 1], "country": ["se", "de", None, "de"]})
    assert texts(frame, "night") == [("0", 1), ("1", 3)]
    assert texts(frame, "country") == [("de", 2), ("se", 1), ("NULL", 1)]


def test_many_numbers_are_cut_into_bands_at_numbers_that_are_easy_to_read() -> None:
    frame = pd.DataFrame({"amount": np.arange(1000) / 7})
    assert texts(frame, "amount") == [
        ("below 28.5", 200),
        ("28.5 – 57.1", 200),
        ("57.1 – 85.6", 200),
        ("85.6 – 114", 198),
        ("from 114", 202),
    ]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1, max_size=200))
def test_the_parts_of_a_column_are_disjoint_and_together_all_events(values: list[Any]) -> None:
    frame = pd.DataFrame({"value": pd.Series(values, dtype="float64")})
    counted = np.sum([chosen for _, _, chosen in cut(frame, ["value"])], axis=0)
    assert counted.tolist() == [1] * len(values)


def test_many_words_are_refused() -> None:
    frame = pd.DataFrame({"name": [f"n{number}" for number in range(13)]})
    with pytest.raises(WhatIfError, match="column name has 13 values"):
        cut(frame, ["name"])


def test_a_column_named_twice_is_cut_once() -> None:
    assert len(cut(pd.DataFrame({"night": [0, 1]}), ["night", "night"])) == 2


def test_without_a_wish_the_amount_and_yes_and_no_are_cut_by() -> None:
    frame = pd.DataFrame({"amount": [1, 2, 3], "night": [0, 1, 1], "count": [1, 2, 3], "same": [1, 1, 1]})
    assert default_columns(frame, "amount", ["amount", "night", "count", "same"]) == ["amount", "night"]
