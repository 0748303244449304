"""Events of all keys on one line, and which of them are in a window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Int64s = NDArray[np.int64]

_LARGEST = 2**62


class Slices(NamedTuple):
    """A piece of the line for each row.

    Attributes:
        first: where each begins.
        after: where each has ended.
    """

    first: Int64s
    after: Int64s


@dataclass(frozen=True)
class Timeline:
    """Events by key, then time, then order of equals.

    Args:
        keys: the key of each event, as a number from -1 on.
        times: event times in milliseconds.
        order: decides between events of one key and time; ascending.
    """

    keys: Int64s
    times: Int64s
    order: NDArray[np.generic]

    @cached_property
    def sorted(self) -> Int64s:
        """The number of the event at each place of the line."""
        line: Int64s = np.lexsort((self.order, self.times, self.keys)).astype(np.int64)
        return line

    def own(self, window: int, delay: int = 0) -> Slices:
        """What each of the events themselves sees in ``(t - delay - window, t - delay]``.

        Without delay an event sees itself and those of its key and time that come before it; with delay all of its key
        at the time at which the window ends.
        """
        if delay:
            return self.seen_from(self.keys, self.times, window, delay, equals=True)
        line = self.sorted
        after = np.empty(len(line), np.int64)
        after[line] = np.arange(1, len(line) + 1)
        first = self.seen_from(self.keys, self.times, window, 0, equals=True).first
        return Slices(first, after)

    def seen_from(self, keys: Int64s, times: Int64s, window: int, delay: int, *, equals: bool) -> Slices:
        """What rows of other origin see in ``(t - delay - window, t - delay]``.

        Args:
            keys: the key of each row, numbered as those of the events.
            times: event times of the rows in milliseconds.
            window: length in milliseconds.
            delay: how long before the row the window ends.
            equals: whether an event at the very end of the window is in it.
        """
        start, span = self._span(keys, times, window + delay)
        line = self._places(self.keys, self.times, start, span)[self.sorted]
        first = np.searchsorted(line, self._places(keys, times - delay - window, start, span), side="right")
        ends = self._places(keys, times - delay, start, span)
        after = np.searchsorted(line, ends, side="right" if equals else "left")
        return Slices(first.astype(np.int64), after.astype(np.int64))

    def _span(self, keys: Int64s, times: Int64s, reach: int) -> tuple[int, int]:
        """The earliest time that is asked for, and how many milliseconds one key takes on the line."""
        every = [each for each in (self.times, times) if len(each)]
        start = min((int(each.min()) for each in every), default=0) - reach - 1
        span = max((int(each.max()) for each in every), default=0) - start + 1
        if span * (max(int(self.keys.max(initial=0)), int(keys.max(initial=0))) + 2) > _LARGEST:
            raise HeadraceError("too many keys over too long a time to be put on one line of 64 bits")
        return start, span

    @staticmethod
    def _places(keys: Int64s, times: Int64s, start: int, span: int) -> Int64s:
        return (keys + 1) * span + (times - start)
