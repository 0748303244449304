from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from headrace.errors import HeadraceError
from headrace.training.period import Period, moment

NOON = datetime(2018, 5, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "2018-05-01T12:00:00Z",
        "2018-05-01T12:00:00",
        "2018-05-01 12:00",
        "2018-05-01T14:00:00+02:00",
        "2018-05-01T12:00:00.000+00:00",
    ],
)
def test_a_moment_is_in_utc_whatever_zone_it_was_given_in(text: str) -> None:
    assert moment(text) == NOON
    assert moment(text).utcoffset() == timedelta(0)


def test_a_date_is_its_beginning() -> None:
    assert moment("2018-05-01") == NOON.replace(hour=0)


@pytest.mark.parametrize("text", ["", "yesterday", "2018-02-30", "01.05.2018", "2018-05-01T25:00"])
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(HeadraceError, match=r"expected a date or time like 2018-05-01.*got '") as raised:
        moment(text)
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize("hours", [0, -1])
def test_an_empty_period_is_refused(hours: int) -> None:
    with pytest.raises(HeadraceError, match=r"from 2018-05-01T12:00:00\+00:00 to .* is empty"):
        Period(NOON, NOON + timedelta(hours=hours))


def test_a_period_reads_as_people_write_it() -> None:
    assert str(Period(NOON, NOON + timedelta(days=1))) == "2018-05-01 12:00 – 2018-05-02 12:00 UTC"
