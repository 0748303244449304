"""Durations and amounts of memory as people write them."""

from __future__ import annotations

import re

from headrace.errors import HeadraceError

_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zµ]+)", re.IGNORECASE)
_AMOUNT = re.compile(r"(\d+)\s*([kmg])b?")
_MEBI = 2**20


def seconds_of(text: str) -> float:
    """The seconds that a duration means; Flink's options are written the same way.

    Raises:
        HeadraceError: no number, no unit, an unknown one, or nothing at all.

    >>> seconds_of("50ms"), seconds_of("2 s"), seconds_of("1.5min")
    (0.05, 2.0, 90.0)
    """
    found = _DURATION.fullmatch(text.strip())
    unit = _SECONDS.get(found.group(2).lower()) if found else None
    if found is None or unit is None or not float(found.group(1)):
        raise HeadraceError(
            f"{text!r} is no duration: expected a number above 0 and a unit, such as 50ms, 2s or 1.5min",
            f"Units are {', '.join(_SECONDS)}.",
        )
    return float(found.group(1)) * unit


def shown(seconds: float) -> str:
    """A duration for people, three digits.

    >>> shown(0.0123), shown(0.00004), shown(2.5), shown(0.1234)
    ('12.3 ms', '40 µs', '2.5 s', '123 ms')
    """
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= unit:
            return f"{_three_digits(seconds / unit)} {name}"
    return f"{_three_digits(seconds * 1e6)} µs"


def mebibytes(count: float) -> str:
    """Bytes as Flink's options take them, rounded up.

    >>> mebibytes(2**20 + 1)
    '2m'
    """
    return f"{-int(-count // _MEBI)}m"


def bytes_of(text: str) -> int:
    """The bytes that an amount of memory means, as Flink's options are written here.

    Raises:
        HeadraceError: no whole number with one of the units.

    >>> bytes_of("256m"), bytes_of("1 gb")
    (268435456, 1073741824)
    """
    found = _AMOUNT.fullmatch(text.strip().lower())
    if found is None:
        raise HeadraceError(
            f"{text!r} is no amount of memory: expected a whole number and a unit, such as 256m"
        )
    return int(found.group(1)) << {"k": 10, "m": 20, "g": 30}[found.group(2)]


def _three_digits(number: float) -> str:
    """Without an exponent.

    >>> _three_digits(999.7), _three_digits(0.1234)
    ('1000', '0.123')
    """
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"  # noqa: PLR2004 -- from here on digits are whole
