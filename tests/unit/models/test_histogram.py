from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.models.histogram import Histogram, count, count_by_quantiles

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)


@given(VALUES, st.lists(st.floats(-1e6, 1e6), max_size=9, unique=True))
def test_every_value_is_counted_once(values: list[float], edges: list[float]) -> None:
    counted = count(np.array(values), sorted(edges))
    assert sum(counted.counts) == len(values)
    assert len(counted.counts) == len(counted.edges) + 1


@given(VALUES)
def test_quantile_bins_are_ascending_and_none_is_empty(values: list[float]) -> None:
    counted = count_by_quantiles(np.array(values))
    assert sorted(set(counted.edges)) == list(counted.edges)
    assert min(counted.counts) > 0


def test_a_value_equal_to_an_edge_belongs_below_it() -> None:
    assert count(np.array([0.4, 0.5, 0.6]), [0.5]).counts == (2, 1)


def test_a_constant_has_one_bin() -> None:
    assert count_by_quantiles(np.full(5, 3.0)) == Histogram((), (5,))


def test_many_different_values_fill_ten_bins_evenly() -> None:
    assert count_by_quantiles(np.arange(1000.0)).counts == (100,) * 10


def test_a_histogram_is_read_from_its_document() -> None:
    counted = count_by_quantiles(np.random.default_rng(0).normal(size=100))
    assert Histogram.from_document(counted.as_document()) == counted


@pytest.mark.parametrize("value", [-1e300, 1e300])
def test_values_beyond_the_edges_are_counted_in_the_outer_bins(value: Any) -> None:
    assert max(count(np.array([value]), [0.0, 1.0]).counts) == 1
