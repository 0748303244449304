"""Exact aggregates of pieces of a line of values."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, Union

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from headrace.parity.timeline import Slices

    _Column = Union[list[Any], NDArray[Any]]

_INT64 = 2**63
_EXACT_IN_A_DOUBLE = 2**53


@dataclass(frozen=True)
class Values:
    """The values of events in the order of their line.

    Args:
        numbers: int64, or float64; anything where ``known`` is false.
        known: false for NULL.
        scale: the numbers are units of ``10 ** -scale``; 0 for floating point.
    """

    numbers: NDArray[Any]
    known: NDArray[np.bool_]
    scale: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether the numbers are whole."""
        return self.numbers.dtype.kind in "iu"


def aggregate(name: str, values: Values, slices: Slices, empty: Any) -> _Column:
    """An aggregate of the values in each slice, NULL left out.

    Whole and decimal numbers are added exactly, floating point numbers as if without rounding, once rounded at the end.
    A mean is the sum, rounded to a double, divided by the count.

    Args:
        name: ``count``, ``sum``, ``avg``, ``min``, ``max``, ``distinct``, ``stddev`` or ``last``.
        values: the line.
        slices: which pieces of it.
        empty: stands for an aggregate without values; ``count`` and ``distinct`` are 0 then.
    """
    before = np.concatenate([[0], np.cumsum(values.known)])
    first, after = before[slices.first], before[slices.after]
    if name == "count":
        counts: NDArray[np.int64] = after - first
        return counts
    known = Values(values.numbers[values.known], np.ones(int(before[-1]), np.bool_), values.scale)
    if name in _OF_SUMS and known.is_exact:
        return _OF_SUMS[name](_sums(known, first, after), after - first, values.scale, empty)
    return list(_one_by_one(name, known, first, after, empty))


def _sums(values: Values, first: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[Any]:
    """Sums of slices as differences of sums from the beginning; in Python's integers where 64 bits might not do."""
    numbers = values.numbers
    largest = max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))
    if largest * max(len(numbers), 1) >= _INT64:
        numbers = numbers.astype(object)
    totals = np.concatenate([np.zeros(1, numbers.dtype), np.cumsum(numbers)])
    sums: NDArray[Any] = totals[after] - totals[first]
    return sums


def _sum(sums: NDArray[Any], counts: NDArray[np.int64], scale: int, empty: Any) -> _Column:
    found = (_unscaled(each, scale) for each in sums.tolist())
    return [total if count else empty for total, count in zip(found, counts.tolist())]


def _avg(sums: NDArray[Any], counts: NDArray[np.int64], scale: int, empty: Any) -> _Column:
    found = _doubles(sums, scale) / np.maximum(counts, 1)
    if empty is not None or counts.all():
        return np.where(counts > 0, found, empty or 0)
    return [mean if count else empty for mean, count in zip(found.tolist(), counts.tolist())]


def _doubles(sums: NDArray[Any], scale: int) -> NDArray[np.float64]:
    """The doubles nearest to decimal numbers."""
    divisor: int = 10**scale
    if sums.dtype != object and len(sums) and np.abs(sums).max() < _EXACT_IN_A_DOUBLE:
        nearest: NDArray[np.float64] = sums / divisor
        return nearest
    return np.array([each / divisor for each in sums.tolist()], np.float64)


def _unscaled(number: Any, scale: int) -> Any:
    return Decimal(number).scaleb(-scale) if scale else number


_OF_SUMS: dict[str, Callable[[NDArray[Any], NDArray[np.int64], int, Any], _Column]] = {
    "sum": _sum,
    "avg": _avg,
}


def _one_by_one(
    name: str, values: Values, first: NDArray[np.int64], after: NDArray[np.int64], empty: Any
) -> Iterator[Any]:
    numbers = [_unscaled(each, values.scale) for each in values.numbers.tolist()]
    function, fewest = _OF_LISTS[name]
    for start, end in zip(first.tolist(), after.tolist()):
        yield function(numbers[start:end]) if end - start >= fewest else empty


def _fsum(numbers: list[Any]) -> float:
    """The exact sum, rounded once; Python refuses infinities of both signs, whose sum is no number."""
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)


_OF_LISTS: dict[str, tuple[Callable[[list[Any]], Any], int]] = {
    "sum": (_fsum, 1),
    "avg": (lambda numbers: _fsum(numbers) / len(numbers), 1),
    "min": (min, 1),
    "max": (max, 1),
    "distinct": (lambda numbers: len(set(numbers)), 0),
    "stddev": (lambda numbers: float(statistics.stdev(numbers)), 2),
    "last": (lambda numbers: numbers[-1], 1),
}
"""By name: what it makes of a list, and how many values it needs."""
