from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from headrace.models.features import Feature, InvalidFeaturesError, RowReader, to_matrix

FEATURES = (
    Feature("spent", "DOUBLE", "EUR"),
    Feature("hour", "INT", "h"),
    Feature("visits", "BIGINT", "visits"),
)


def given(**changed: dict[str, Any]) -> Any:
    columns = {
        "visits": np.array([3, 4], dtype=np.int64),
        "spent": np.array([1.5, 2.5]),
        "hour": np.array([7, 8], dtype=np.int32),
    }
    columns.update(changed)
    return {name: column for name, column in columns.items() if column is not None}


def test_columns_are_put_in_the_order_of_the_model_by_their_names() -> None:
    assert to_matrix(FEATURES, given(), "m").tolist() == [[1.5, 7.0, 3.0], [2.5, 8.0, 4.0]]


def test_values_of_one_row_are_put_in_the_order_of_the_model_by_their_names() -> None:
    assert RowReader(FEATURES, "m").read({"visits": 3, "hour": 7, "spent": 1.5}).tolist() == [[1.5, 7.0, 3.0]]


def test_null_becomes_nan() -> None:
    assert np.isnan(RowReader(FEATURES, "m").read({"visits": None, "hour": None, "spent": None})).all()


def test_an_integer_column_with_null_may_come_as_whole_floats() -> None:
    matrix = to_matrix(FEATURES, given(hour=np.array([7.0, np.nan])), "m")
    np.testing.assert_array_equal(matrix[:, 1], [7.0, np.nan])


def test_no_rows_are_a_matrix_without_rows() -> None:
    empty = {"spent": np.empty(0), "hour": np.empty(0, np.int32), "visits": np.empty(0, np.int64)}
    assert to_matrix(FEATURES, empty, "m").shape == (0, 3)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"hour": None}, "missing: hour INT"),
        ({"minute": np.array([1, 2])}, "extra: minute int64"),
        ({"hour": None, "minute": np.array([1, 2])}, "missing: hour INT\n  extra: minute int64"),
        ({"spent": np.array([1, 2])}, "wrong type: spent is int64, expected DOUBLE"),
        ({"hour": np.array([7.0, 8.0])}, "wrong type: hour is float64, expected INT"),
        ({"hour": np.array([7.5, np.nan])}, "wrong type: hour is float64, expected INT"),
        ({"visits": np.array(["3", "4"])}, "wrong type: visits is <U1, expected BIGINT"),
        ({"visits": np.array([True, False])}, "wrong type: visits is bool, expected BIGINT"),
        ({"spent": np.array([1, 2], dtype=object)}, "wrong type: spent is object, expected DOUBLE"),
    ],
)
def test_other_columns_are_refused_with_both_sides(changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidFeaturesError) as refused:
        to_matrix(FEATURES, given(**changed), "churn-0a1b")
    message = str(refused.value)
    assert expected in message
    assert "not those of model churn-0a1b" in message
    assert "model expects: spent DOUBLE, hour INT, visits BIGINT" in message
    assert f"given: {', '.join(f'{k} {v.dtype}' for k, v in given(**changed).items())}" in message


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"spent": 1}, "spent is int, expected DOUBLE"),
        ({"spent": "1.5"}, "spent is str, expected DOUBLE"),
        ({"hour": 7.0}, "hour is float, expected INT"),
        ({"hour": True}, "hour is bool, expected INT"),
    ],
)
def test_other_values_are_refused_with_both_sides(changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidFeaturesError, match=expected):
        RowReader(FEATURES, "m").read({"spent": 1.5, "hour": 7, "visits": 3, **changed})


@pytest.mark.parametrize(
    "later",
    [
        {"spent": 1.5, "hour": 7.0, "visits": 3},
        {"spent": 1.5, "hour": 7, "calls": 3},
        {"spent": 1.5, "hour": 7, "visits": 3, "calls": 3},
        {"spent": 1.5, "hour": 7},
    ],
)
def test_what_came_before_makes_no_later_row_right(later: dict[str, Any]) -> None:
    reader = RowReader(FEATURES, "m")
    for visits in (3, None, 4):
        reader.read({"spent": 1.5, "hour": 7, "visits": visits})
    with pytest.raises(InvalidFeaturesError):
        reader.read(later)
