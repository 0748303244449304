"""The windows of the fraud features in plain Python, as a peer computes them: times and values of a key, in order.

What a key keeps is two lists: the times (ms) and the values of its rows of the last 30 days, oldest first.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from itertools import accumulate

DAY = 86_400_000
WINDOWS = {"1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
LONGEST = WINDOWS["30d"]
Kept = tuple[list[int], list[int]]


def to_millis(iso: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 time that ends with Z.

    >>> to_millis("1970-01-01T00:00:01.500Z")
    1500
    """
    return round(datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp() * 1000)


def with_row(kept: Kept, time: int, value: int) -> Kept:
    """A key's rows with one more at its place, without those that no window of the newest row reaches.

    >>> with_row(([0, 5 * DAY], [1, 2]), 31 * DAY, 3)
    ([432000000, 2678400000], [2, 3])
    """
    times, values = kept
    place = bisect_right(times, time)
    times, values = [*times[:place], time, *times[place:]], [*values[:place], value, *values[place:]]
    old = bisect_right(times, times[-1] - LONGEST)
    return times[old:], values[old:]


def count_and_sum(kept: Kept, now: int) -> dict[str, tuple[int, int]]:
    """How many rows of a key there are in ``(now - w, now]``, and the sum of their values, by window ``w``.

    >>> count_and_sum(([0, 5 * DAY], [1, 2]), 5 * DAY)
    {'1d': (1, 2), '7d': (2, 3), '30d': (2, 3)}
    """
    times, values = kept
    end = bisect_right(times, now)
    sums = [0, *accumulate(values[:end])]
    starts = {name: bisect_right(times, now - length) for name, length in WINDOWS.items()}
    return {name: (end - start, sums[end] - sums[start]) for name, start in starts.items()}


def customer_features(kept: Kept, now: int) -> dict[str, float]:
    """Count and mean amount of a customer's payments in each window; values are cents, one row at least."""
    found: dict[str, float] = {}
    for name, (count, cents) in count_and_sum(kept, now).items():
        found[f"customer_count_{name}"] = count
        found[f"customer_amount_avg_{name}"] = cents / count / 100
    return found


def terminal_features(kept: Kept, now: int) -> dict[str, float]:
    """Count of a terminal's verdicts in each window and the share of frauds among them, 0 without any."""
    found: dict[str, float] = {}
    for name, (count, frauds) in count_and_sum(kept, now).items():
        found[f"terminal_count_{name}"] = count
        found[f"terminal_fraud_avg_{name}"] = frauds / count if count else 0.0
    return found


def time_features(now: int) -> dict[str, float]:
    """Whether a time is on a weekend, and whether it is before 07:00, in UTC."""
    days, of_day = divmod(now, DAY)
    return {"is_weekend": int((days + 3) % 7 >= 5), "is_night": int(of_day < 7 * 3_600_000)}  # noqa: PLR2004 -- 1970 began on a Thursday, day 3 of its week; 5 and 6 are the weekend
