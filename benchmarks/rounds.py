"""The order of measuring."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")


def interleaved(things: Sequence[T], rounds: int) -> Iterator[tuple[int, T]]:
    """Each thing once a round, every second round backwards, so that what changes slowly falls on all alike.

    >>> [thing for _, thing in interleaved("abc", 2)]
    ['a', 'b', 'c', 'c', 'b', 'a']
    """
    for number in range(rounds):
        for thing in things if number % 2 == 0 else reversed(things):
            yield number, thing
