"""What a check says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes:
        subject: what was checked: files, a profile, a job or a table in an environment.
        error: what is wrong with it, with file and line; empty when nothing is.
        note: what to know about it all the same.
    """

    subject: str
    error: str = ""
    note: str = ""


def tried(subject: str, attempt: Callable[[], object], note: str = "") -> Verdict:
    """The verdict on something that raises a HeadraceError when it is wrong."""
    try:
        attempt()
    except HeadraceError as error:
        return Verdict(subject, str(error), note)
    return Verdict(subject, note=note)


def all_of(subject: str, errors: Iterator[str]) -> list[Verdict]:
    """A verdict an error, or the one that there is none."""
    return [Verdict(subject, error) for error in errors] or [Verdict(subject)]
