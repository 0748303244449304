"""Why a job failed, in a sentence: Flink says it on two hundred lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.runtime.secrecy import without_login

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CAUSE = re.compile(r"^Caused by: (?P<class>[\w.$]+): (?P<said>.+)$", re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):"
_PYTHON = re.compile(
    r"^(?P<class>[A-Za-z_][\w.]*): (?P<said>.+(?:\n {2}.+)*)\n(?P<hint>[^\s].*)?$", re.MULTILINE
)
_UNREADABLE = re.compile(
    r"Failed to deserialize JSON '(?P<line>.*)'\.\n(?:\s.*\n)*Caused by: [\w.$]*Json\w*: (?P<said>.+)$",
    re.MULTILINE,
)
_OURS = "headrace."


def job_failure(trace: str, sources: Iterable[Path]) -> HeadraceError:
    """The error for a job that failed.

    Args:
        trace: the Java stack trace as text, Python tracebacks of workers in it included.
        sources: folders that the job read; a line it could not read is looked for there.

    Returns:
        An error with the innermost cause; with file and line when a line of a table could not be read; with the
        hint of the worker when the error is one of ours.
    """
    python = _python_error(trace)
    unreadable = None if python else _UNREADABLE.search(trace)
    if unreadable:
        return _unreadable(unreadable.group("line"), unreadable.group("said"), sources)
    hint = python.group("hint") or "" if python and python.group("class").startswith(_OURS) else ""
    return HeadraceError(f"the job failed: {without_login(innermost_cause(trace))}", hint)


def _unreadable(line: str, said: str, sources: Iterable[Path]) -> HeadraceError:
    place = place_of(line, sources)
    return HeadraceError(
        f"the job failed: {place or 'a table'} holds a line that can not be read: {said.rstrip('.')}: {line}",
        "Correct the line or take it out, then run again with --resume or --overwrite.",
    )


def innermost_cause(trace: str) -> str:
    """What a worker's Python raised, else the message of the last Java cause, else the first line."""
    python = _python_error(trace)
    if python:
        ours = python.group("class").startswith(_OURS)
        return python.group("said") if ours else f"{python.group('class')}: {python.group('said')}"
    causes = list(_CAUSE.finditer(trace))
    if causes:
        return f"{causes[-1].group('class').rpartition('.')[2]}: {causes[-1].group('said')}"
    return trace.strip().split("\n", 1)[0]


def place_of(line: str, sources: Iterable[Path]) -> str:
    """``file:number`` of the first line of some folders that reads so; empty when there is none."""
    wanted = line.encode()
    for path in (path for folder in sources for path in sorted(folder.rglob("*")) if path.is_file()):
        with path.open("rb") as lines:
            for number, found in enumerate(lines, start=1):
                if found.rstrip(b"\r\n") == wanted:
                    return f"{path}:{number}"
    return ""


def _python_error(trace: str) -> re.Match[str] | None:
    """The last line of the last Python traceback."""
    _, found, traceback = trace.rpartition(_TRACEBACK)
    return _PYTHON.search(traceback + "\n") if found else None
