"""Pieces of a report in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, figures to the right; empty without rows."""
    if not rows:
        return ""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def without_empty(head: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """A table's head and rows without the columns that have nothing in any row."""
    kept = [number for number in range(len(head)) if any(row[number] for row in rows)]
    return [head[number] for number in kept], [[row[number] for number in kept] for row in rows]


def times(ratio: float) -> str:
    """A ratio that a reader is to see first.

    >>> times(334.2), times(0.00508)
    ('**334**', '**0.0051**')
    """
    return f"**{ratio:,.0f}**" if ratio >= 10 else f"**{ratio:.2g}**"  # noqa: PLR2004 -- two digits are enough from there


def verdict(reached: bool) -> str:
    """Whether a goal is reached."""
    return "yes" if reached else "**no**"


def with_measured(page: str, measured: str, begin: str, end: str, name: str) -> str:
    """A page with other figures between its marks.

    Args:
        page: its text.
        measured: what goes between them.
        begin: the first mark.
        end: the last mark.
        name: of the page, for the message.

    Raises:
        HeadraceError: when the marks are not there.
    """
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise HeadraceError(f"{name}: expected {begin} and {end}", "The figures go between them.")
    return f"{before}{begin}\n\n{measured}\n{end}{after}"
