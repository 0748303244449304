"""Values of DuckDB as a script or a person reads them."""

from __future__ import annotations

import base64
import math
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any


def as_json(value: Any) -> Any:
    """A value that ``json`` can write: times in ISO 8601 and UTC, bytes in base64, decimals as numbers.

    A number that JSON has no form for (NaN, infinity) becomes its name.
    """
    if isinstance(value, dict):
        return {str(key): as_json(content) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(content) for content in value]
    return _plain(value)


def as_text(value: Any) -> str:
    """A value in one line for a terminal; what a terminal would act on is escaped."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, bytes):
        return printable(value.decode("utf-8", errors="backslashreplace"))
    return printable(str(value))


def utc(time: datetime) -> str:
    """ISO 8601 with milliseconds; with ``Z`` when the time has a zone.

    >>> utc(datetime(2018, 4, 24, 1, 2, 3, 45000, tzinfo=timezone.utc))
    '2018-04-24T01:02:03.045Z'
    """
    if time.tzinfo is None:
        return time.isoformat(timespec="milliseconds")
    moment = time.astimezone(timezone.utc).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def printable(text: str) -> str:
    r"""The text with control characters escaped.

    >>> printable("a\x1b[31m é")
    'a\\x1b[31m é'
    """
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
