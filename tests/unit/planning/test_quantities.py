from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import HeadraceError
from headrace.planning.quantities import bytes_of, mebibytes, seconds_of, shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("50ms", 0.05), ("2s", 2.0), ("2 s", 2.0), ("1.5min", 90.0), ("250us", 0.00025), ("1 h", 3600.0)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "50", "ms", "-5ms", "0ms", "5 parsecs", "5ms or so", "1,5s"])
def test_what_is_no_duration_is_named_with_what_was_expected(text: str) -> None:
    with pytest.raises(HeadraceError, match="expected a number above 0 and a unit, such as 50ms") as refused:
        seconds_of(text)
    assert repr(text) in str(refused.value)


@given(st.floats(1e-6, 900))
def test_a_duration_that_is_shown_is_read_back(seconds: float) -> None:
    assert seconds_of(shown(seconds)) == pytest.approx(seconds, rel=0.01)


def test_memory_is_never_less_than_what_is_needed() -> None:
    assert [mebibytes(count) for count in (0, 1, 2**20, 2**20 + 1)] == ["0m", "1m", "1m", "2m"]


@pytest.mark.parametrize(("text", "count"), [("256m", 256 << 20), ("2 gb", 2 << 30), ("64kb", 64 << 10)])
def test_memory_is_read_as_flink_writes_it(text: str, count: int) -> None:
    assert bytes_of(text) == count


def test_what_is_no_memory_is_named() -> None:
    with pytest.raises(HeadraceError, match="'much' is no amount of memory"):
        bytes_of("much")
