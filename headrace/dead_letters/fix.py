"""Corrected payloads: by a function of the user's, or from a file that was edited by hand."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional, cast

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.dead_letters.letter import Identity, Letter

Fix = Callable[["Letter"], Optional[bytes]]
"""Gives the payload to send for a letter, or None to leave it."""


class FixError(HeadraceError):
    """A fix that can not be used."""


def unchanged(letter: Letter) -> bytes:
    """The payload as it is: for a rule that was changed."""
    return letter.payload


def fix_by_function(spec: str) -> Fix:
    """A fix by a function of bytes that gives bytes, or None to leave a letter.

    Args:
        spec: ``module:function``, importable from the current folder.

    Raises:
        FixError: when there is no such function; later, when it raises or gives something else.
    """
    function = _imported(spec)

    def fix(letter: Letter) -> bytes | None:
        fixed = _called(function, spec, letter)
        if fixed is not None and not isinstance(fixed, bytes):
            raise FixError(f"{spec}: expected bytes or None for {letter.where}, got {type(fixed).__name__}")
        return fixed

    return fix


def fix_by_file(path: Path, letters: Iterable[Letter]) -> Fix:
    """A fix from what ``dlq show --json`` printed, its payloads edited; letters that are not in it are left.

    A text that was not edited gives the bytes of the letter, also where it shows them escaped.

    Args:
        path: a JSON array of objects with source, source_offset, payload_sha256 and payload (null to leave it).
        letters: all dead letters there are.

    Raises:
        FixError: when it is no such file, or names a letter that does not exist.
    """
    payloads = dict(_entry(path, entry) for entry in _entries(path))
    unknown = payloads.keys() - {letter.identity for letter in letters}
    if unknown:
        source, offset, digest = min(unknown, key=str)
        raise FixError(
            f"{path}: there is no dead letter from {source} @ {offset} with payload_sha256 {digest}"
        )

    def fix(letter: Letter) -> bytes | None:
        payload = payloads.get(letter.identity)
        if payload is None or payload == letter.text:
            return None if payload is None else letter.payload
        return payload.encode("utf-8")

    return fix


def _imported(spec: str) -> Callable[[bytes], Any]:
    module, colon, name = spec.partition(":")
    if not (module and colon and name):
        raise FixError(f"--fix wants module:function, got {spec!r}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        function = getattr(import_module(module), name, None)
    except ImportError as error:
        raise FixError(f"--fix {spec}: {error}", f"The module is looked for in {here} first.") from error
    if not callable(function):
        raise FixError(f"--fix {spec}: {module} has no function {name}")
    return cast("Callable[[bytes], Any]", function)


def _called(function: Callable[[bytes], Any], spec: str, letter: Letter) -> Any:
    try:
        return function(letter.payload)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise FixError(
            f"{spec} failed on {letter.where} ({letter.reason}): {said}",
            "Return None for what it can not repair. Nothing was sent.",
        ) from error


def _entries(path: Path) -> list[Any]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FixError(f"{path}: can not be read: {error.strerror}") from error
    except ValueError as error:
        raise FixError(f"{path}: not JSON: {error}") from error
    if not isinstance(entries, list):
        raise FixError(f"{path}: expected an array, as headrace dlq show --json prints it")
    return entries


def _entry(path: Path, entry: Any) -> tuple[Identity, str | None]:
    names = ("source", "source_offset", "payload_sha256", "payload")
    missing = [name for name in names if not isinstance(entry, dict) or name not in entry]
    if missing or not isinstance(entry["payload"], (str, type(None))):
        raise FixError(f"{path}: expected objects with {', '.join(names)} (payload a text), found {entry!r}")
    return (entry["source"], entry["source_offset"], entry["payload_sha256"]), entry["payload"]
