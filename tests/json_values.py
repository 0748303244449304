"""A strict reader of JSON values, by Python's own means and nothing of Java's: what docs/json-values.md promises."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TAKEN, INVALID, MISSING = "taken", "invalid", "missing"
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,9})?")
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
LONGEST_NUMBER = 100
EXACT = Context(prec=LONGEST_NUMBER * 2)


class Number(str):
    """The digits of a number of JSON."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """An object of JSON, its keys as often as they stand there."""


class Read(NamedTuple):
    """What becomes of a field."""

    outcome: str
    value: Any = None


def fields(payload: bytes) -> Pairs | None:
    """The fields of a message, or None for what is ``not_json``."""
    try:
        document = json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=Pairs,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refused,
        )
    except ValueError:
        return None
    return document if isinstance(document, Pairs) else None


def read(pairs: Pairs, key: str, kind: str) -> Read:
    """A field as a column of a type."""
    values = [value for name, value in pairs if name == key]
    if not values or values == [None]:
        return Read(MISSING)
    value = READERS[kind](values[0]) if len(values) == 1 else None
    return Read(INVALID if value is None else TAKEN, value)


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _number(value: Any) -> str | None:
    """Digits, bare or in a string."""
    fits = isinstance(value, str) and len(value) <= LONGEST_NUMBER and NUMBER.fullmatch(value)
    return str(value) if fits else None


def _whole(value: Any, bits: int) -> int | None:
    text = _number(value)
    if text is None or not re.fullmatch(r"-?[0-9]+", text):
        return None
    return int(text) if -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1) else None


def _decimal(value: Any) -> Decimal | None:
    text = _number(value)
    if text is None or Decimal(text).copy_abs() >= 10**10:
        return None
    cents = Decimal(text).quantize(Decimal("0.01"), context=EXACT)
    return cents if cents == Decimal(text) else None


def _double(value: Any) -> float | None:
    text = _number(value)
    return None if text is None or abs(float(text)) == float("inf") else float(text)


def _string(value: Any) -> str | None:
    if not isinstance(value, str) or isinstance(value, Number):
        return None
    return None if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value) else value


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _time(value: Any) -> datetime | None:
    parts = TIME.fullmatch(value) if isinstance(value, str) and not isinstance(value, Number) else None
    if not parts or value.endswith("-00:00"):
        return None
    *numbers, fraction, sign, hours, minutes = parts.groups()
    if hours and (int(hours) > 23 or int(minutes) > 59):
        return None
    east = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    year, month, day, hour, minute, second = map(int, numbers)
    microsecond = int((fraction or "").ljust(3, "0")[:3]) * 1000
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, timezone.utc) - east
    except (ValueError, OverflowError):
        return None


READERS: Mapping[str, Any] = {
    "INT": lambda value: _whole(value, 32),
    "BIGINT": lambda value: _whole(value, 64),
    "DECIMAL(12, 2)": _decimal,
    "DOUBLE": _double,
    "STRING": _string,
    "BOOLEAN": _boolean,
    "TIMESTAMP_LTZ(3)": _time,
}
