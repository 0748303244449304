from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from headrace.tables.values import as_json, as_text

TIME = datetime(2018, 4, 24, 1, 2, 3, 45_000, timezone.utc)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (40, "40"),
        (0.1, "0.1"),
        (Decimal("40.37"), "40.37"),
        (Decimal("40.00"), "40"),
        (float("nan"), '"nan"'),
        ("é", '"\\u00e9"'),
        (b"\xff", '"/w=="'),
        (TIME, '"2018-04-24T01:02:03.045Z"'),
        (TIME.astimezone(timezone(timedelta(hours=2))), '"2018-04-24T01:02:03.045Z"'),
        (TIME.replace(tzinfo=None), '"2018-04-24T01:02:03.045"'),
        (date(2018, 4, 24), '"2018-04-24"'),
        ([b"\xff", {"at": TIME}], '["/w==", {"at": "2018-04-24T01:02:03.045Z"}]'),
    ],
)
def test_values_become_json(value: Any, written: str) -> None:
    assert json.dumps(as_json(value), allow_nan=False) == written


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (220747, "220747"),
        (Decimal("40.30"), "40.30"),
        (TIME, "2018-04-24T01:02:03.045Z"),
        (b"{\xff}", "{\\xff}"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred", "\\x1b[31mred"),
    ],
)
def test_values_become_one_line_that_a_terminal_only_prints(value: Any, shown: str) -> None:
    assert as_text(value) == shown
