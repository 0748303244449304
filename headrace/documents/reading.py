"""JSON that somebody else may have written: read without surprises, refused in a sentence.

Worker side: standard library only; why not pydantic stands in docs/decisions/0022-names-and-documents.md.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from headrace.names import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.documents.kinds import Kind

DEPTH = 16
"""Objects and lists in each other at most; those of headrace have five."""
_DIGITS = 19
_LARGEST = 2**63 - 1


class DocumentError(ValueError):
    """What is wrong with a document: which field, what came, what was expected."""


def read_document(content: bytes, kind: Kind) -> Any:
    """Parse JSON and hold it against a schema.

    Raises:
        DocumentError: it is no JSON, says something twice, or is not of this kind.
    """
    document = read_json(content)
    kind.check(document, "")
    return document


def read_json(content: bytes) -> Any:
    """Parse JSON (RFC 8259) that has one meaning only: UTF-8, no key twice, no NaN, nothing larger than it can be.

    Raises:
        DocumentError: it is something else.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start + 1} is not UTF-8, expected JSON in UTF-8") from None
    if text.startswith("\ufeff"):
        raise DocumentError("it begins with a byte order mark, expected JSON in UTF-8 without one")
    try:
        document = json.loads(text, object_pairs_hook=_Object, parse_int=_integer)
    except RecursionError:
        raise DocumentError(_TOO_DEEP) from None
    except ValueError as error:
        raise DocumentError(f"not JSON: {error}") from None
    for value, path in _parts(document):
        _refuse(value, path)
    return document


_TOO_DEEP = f"objects and lists stand in each other, expected {DEPTH} levels at most"


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys came twice."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twice = [] if len(self) == len(keys) else sorted({key for key in keys if keys.count(key) > 1})


class _Long(str):
    """An integer that is too long to be one."""

    __slots__ = ()


def _integer(digits: str) -> int | _Long:
    long = len(digits.lstrip("-")) > _DIGITS or abs(int(digits)) > _LARGEST
    return _Long(digits) if long else int(digits)


def _parts(document: Any) -> Iterator[tuple[Any, str]]:
    """All values of a document, itself first, each with its path."""
    ahead = [(document, "", 1)]
    while ahead:
        value, path, depth = ahead.pop()
        yield value, path
        inner = _inner(value, path)
        if inner and depth > DEPTH:
            raise DocumentError(_TOO_DEEP)
        ahead += [(each, where, depth + 1) for each, where in inner]


def _inner(value: Any, path: str) -> list[tuple[Any, str]]:
    if isinstance(value, dict):
        return [*((key, at(path, key)) for key in value), *((value[key], at(path, key)) for key in value)]
    return (
        [(each, f"{path}[{number}]") for number, each in enumerate(value)] if isinstance(value, list) else []
    )


def _refuse(value: Any, path: str) -> None:
    """Refuse what Python reads and JSON does not mean."""
    if isinstance(value, _Object) and value.twice:
        raise DocumentError(f"{at(path, value.twice[0])} stands there twice, expected each field once")
    if isinstance(value, _Long):
        raise DocumentError(f"{whole(path)} is an integer of {len(value)} digits, expected one of 64 bits")
    if isinstance(value, float) and not math.isfinite(value):
        raise DocumentError(f"{whole(path)} is {value}, expected a finite number")
    if isinstance(value, str) and not _is_unicode(value):
        raise DocumentError(f"{whole(path)} is {shown(value)}, half of a surrogate pair, expected Unicode")


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def at(path: str, key: str) -> str:
    """The path of a field."""
    if not key.isidentifier():
        return f"{path}[{shown(key)}]"
    return f"{path}.{key}" if path else key


def whole(path: str) -> str:
    """The path of a value, or what a document is called that is one itself."""
    return path or "the document"
