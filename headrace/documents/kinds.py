"""What the fields of a document have to be.

A schema is built of these kinds and only says what fits; nothing is converted, so that what was read can be written
again byte by byte. Worker side: standard library only.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from headrace.documents.reading import DocumentError, at, whole
from headrace.names import RULE, is_name, shown

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Kind:
    """What a value has to be.

    Args:
        expected: the same in words.
        check: raises `DocumentError` when the value at a path is something else.
    """

    expected: str
    check: Callable[[Any, str], None]


def scalar(expected: str, fits: Callable[[Any], bool]) -> Kind:
    """A value that has no parts."""

    def check(value: Any, path: str) -> None:
        if not fits(value):
            raise mismatch(value, path, expected)

    return Kind(expected, check)


def matching(expected: str, pattern: str) -> Kind:
    """A text of some form."""
    form = re.compile(pattern)
    return scalar(expected, lambda value: isinstance(value, str) and bool(form.fullmatch(value)))


def one_of(*values: str) -> Kind:
    """One of some texts."""
    return scalar(f"one of {', '.join(values)}", lambda value: isinstance(value, str) and value in values)


def number(low: float = -math.inf, high: float = math.inf) -> Kind:
    """A number between two others, both included."""
    span = f" from {low:g} to {high:g}" if math.isfinite(low) and math.isfinite(high) else ""
    return scalar(f"a number{span}", lambda value: _is_number(value) and low <= value <= high)


def integer(low: float = -math.inf) -> Kind:
    """An integer that is not below another."""
    expected = f"an integer from {low} on" if math.isfinite(low) else "an integer"
    return scalar(expected, lambda value: _is_number(value) and isinstance(value, int) and low <= value)


def nullable(kind: Kind) -> Kind:
    """Null, or a value of a kind."""
    expected = f"{kind.expected} or null"

    def check(value: Any, path: str) -> None:
        if isinstance(value, (dict, list)):
            kind.check(value, path)
        elif value is not None:
            try:
                kind.check(value, path)
            except DocumentError:
                raise mismatch(value, path, expected) from None

    return Kind(expected, check)


def listed(kind: Kind, least: int = 0) -> Kind:
    """A list of values of a kind, of so many at least."""
    expected = (
        f"a list of {least} or more, each {kind.expected}" if least else f"a list, each {kind.expected}"
    )

    def check(value: Any, path: str) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise mismatch(value, path, expected)
        for position, each in enumerate(value):
            kind.check(each, f"{path}[{position}]")

    return Kind(expected, check)


def mapped(keys: Kind, values: Kind) -> Kind:
    """An object whose keys are data."""
    expected = f"an object, each value {values.expected}"

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise mismatch(value, path, expected)
        for key, content in value.items():
            keys.check(key, f"a key of {whole(path)}")
            values.check(content, at(path, key))

    return Kind(expected, check)


def fields(
    known: Mapping[str, Kind], *, optional: Mapping[str, Kind] | None = None, more: bool = False
) -> Kind:
    """An object of known fields.

    Args:
        known: fields that have to be there.
        optional: fields that may.
        more: whether there may be others, which are not looked at.
    """
    every = {**known, **(optional or {})}

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise mismatch(value, path, "an object")
        for name in [name for name in known if name not in value]:
            raise DocumentError(f"{at(path, name)} is missing, expected {known[name].expected}")
        for name in [] if more else [name for name in value if name not in every]:
            raise DocumentError(f"{at(path, name)} is not known, expected {', '.join(every)}")
        for name, kind in every.items():
            if name in value:
                kind.check(value[name], at(path, name))

    return Kind("an object", check)


def mismatch(value: Any, path: str, expected: str) -> DocumentError:
    """The error for a value that is something else."""
    return DocumentError(f"{whole(path)} is {shown_value(value)}, expected {expected}")


def shown_value(value: Any) -> str:
    """A value as an error shows it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return shown(value) if isinstance(value, str) else json.dumps(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TEXT = scalar("text", lambda value: isinstance(value, str))
LINES = matching("text without control characters", r"[^\x00-\x08\x0b-\x1f\x7f\x80-\x9f]*")
FLAG = scalar("true or false", lambda value: isinstance(value, bool))
ANYTHING = scalar("anything", lambda _value: True)
NAME = scalar(f"a name ({RULE})", is_name)
COLUMN = scalar("a plain column name", lambda value: isinstance(value, str) and value.isidentifier())
SHA256 = matching("a SHA-256 of 64 hexadecimal digits", "[0-9a-f]{64}")
