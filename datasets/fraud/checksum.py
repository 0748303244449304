"""Whether the benchmark that was made is the benchmark that was published."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from datasets.fraud.benchmark import START, benchmark
from datasets.fraud.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = "%d,%d,%d,%.2f,%d,%d\n"
_COLUMNS = ["customer_id", "terminal_id", "amount", "fraud", "fraud_scenario"]
_CHUNK = 100_000


class Summary(NamedTuple):
    """What identifies some days of the benchmark.

    Attributes:
        rows: transactions.
        frauds: transactions with fraud = 1.
        sha256: as ``fingerprint`` makes it.
    """

    rows: int
    frauds: int
    sha256: str


class Verdict(NamedTuple):
    """The comparison of some days, both ends included, with the published ones."""

    first_day: int
    last_day: int
    published: Summary
    found: Summary

    @property
    def holds(self) -> bool:
        """Whether rows, frauds and checksum are all equal."""
        return self.published == self.found


PUBLISHED = {
    (0, 182): Summary(1_754_155, 14_681, "e8b474a8a7a962aa75363298aca64cd017a89d2a56c65839a7be58a706d24b8f"),
    (0, 6): Summary(66_976, 137, "d9ff4e5e1d28351f658ea17c9a03625683bc0e4daed60726e2dc0b41c8ddc9cc"),
    (0, 29): Summary(288_062, 1_702, "bb375b589e4625f7f5fad0a81afe6085d0fbd49723e170b409ac685a24e39c3c"),
    (115, 135): Summary(201_295, 1_792, "78152884c7276fc36df55f77f861c505a49ba1f00cdad18e0f320453e7c46a10"),
}
"""Summaries of the published data, by first and last day."""


def fingerprint(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's transactions, whatever their order and ids.

    One line a row, ``second,customer,terminal,amount,fraud,scenario``, sorted by these six as numbers; the
    second counts from the start of day 0, the amount has two decimals.

    Args:
        frame: as ``datasets.fraud.benchmark.benchmark`` returns it.
    """
    seconds = (frame["event_time"] - START) // pd.Timedelta(seconds=1)
    columns = [seconds.to_numpy(), *(frame[name].to_numpy() for name in _COLUMNS)]
    order = np.lexsort(columns[::-1])
    digest = hashlib.sha256()
    for start in range(0, len(frame), _CHUNK):
        chunk = order[start : start + _CHUNK]
        rows = zip(*(column[chunk].tolist() for column in columns))
        digest.update("".join(_LINE % row for row in rows).encode())
    return digest.hexdigest()


def summary(frame: pd.DataFrame) -> Summary:
    """Rows, frauds and fingerprint of a frame."""
    return Summary(len(frame), int(frame["fraud"].sum()), fingerprint(frame))


def compare(frame: pd.DataFrame) -> Iterator[Verdict]:
    """Compare a frame with each published range of days that lies within it."""
    for (first_day, last_day), published in PUBLISHED.items():
        if frame["day"].iloc[0] <= first_day and last_day <= frame["day"].iloc[-1]:
            rows = slice(*np.searchsorted(frame["day"], (first_day, last_day + 1)))
            yield Verdict(first_day, last_day, published, summary(frame.iloc[rows]))


def verify(progress: Progress = silent) -> list[Verdict]:
    """Make the whole benchmark and compare every published range of days; it takes ten to fifteen seconds."""
    return list(compare(benchmark(progress=progress)))
