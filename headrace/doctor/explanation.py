"""Explains failures of PyFlink by their message, from the table in failures.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("failures.yaml")


@dataclass(frozen=True)
class Failure:
    """A known failure.

    Attributes:
        name: stands for it in JSON and tests.
        title: what is wrong, in a line.
        meaning: why it happens.
        remedy: what to do.
        source: where message and cause are from.
        pattern: is found in the message.
        along: must be found in the message as well; matches everywhere when empty.
    """

    name: str
    title: str
    meaning: str
    remedy: str
    source: str
    pattern: re.Pattern[str]
    along: re.Pattern[str]


@dataclass(frozen=True)
class Explanation:
    """What is known about a message.

    Attributes:
        failure: the known failure.
        line: the line of the message that gave it away, at most 300 characters.
    """

    failure: Failure
    line: str

    def __str__(self) -> str:
        """Title, meaning and remedy, for a person."""
        return f"{self.failure.title}. {self.failure.meaning}\nWhat to do: {self.failure.remedy}"


@lru_cache(maxsize=1)
def failures() -> tuple[Failure, ...]:
    """The known failures, causes before what hides them."""
    return tuple(_failure(entry) for entry in yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def explain(text: str) -> Explanation | None:
    """The best explanation of a message, log or stack trace; None when it is unknown.

    Of several that match, the one nearest to the cause wins: a missing module before the Python function that raised.
    """
    return next(iter(explain_all(text)), None)


def explain_all(text: str) -> list[Explanation]:
    """All explanations of a message, the one nearest to the cause first."""
    return [
        Explanation(failure, _line_at(text, found.start()))
        for failure in failures()
        if (found := failure.pattern.search(text)) and failure.along.search(text)
    ]


def _failure(entry: dict[str, str]) -> Failure:
    return Failure(
        name=entry["name"],
        title=entry["title"],
        meaning=entry["meaning"],
        remedy=entry["remedy"],
        source=entry["source"],
        pattern=re.compile(entry["pattern"]),
        along=re.compile(entry.get("with", "")),
    )


def _line_at(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text[start : end if end >= 0 else None].strip()[:300]
