"""How far ahead a deployment is dated, and how long a worker may trust what it has read.

Worker side: standard library only. Why these four numbers suffice stands in docs/deployments.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds, the same for all authors and workers of a log.

    Args:
        lead: a record is in the log at least so long before the event time from which it counts.
        poll: a worker looks at the log so often.
        tolerance: ingest refuses events that are dated later than their arrival by more.
        skew: the clocks of authors, workers and of the log of events differ by less.

    Raises:
        ValueError: no time is left in which a worker may work with what it has read.
    """

    lead: int = 20_000
    poll: int = 1_000
    tolerance: int = 10_000
    skew: int = 2_000

    def __post_init__(self) -> None:
        """Refuse numbers with which workers would stop although all is well."""
        if self.stale < 2 * self.poll:
            raise ValueError(
                f"a lead of {self.lead} ms leaves {self.stale} ms after tolerance and skew, expected two polls"
            )

    @property
    def stale(self) -> int:
        """What a worker has read is not used any more when it is older than this."""
        return self.lead - self.tolerance - self.skew

    @property
    def horizon(self) -> int:
        """Events dated so far beyond the moment of a reading can not be governed by a record that it missed."""
        return self.lead - self.skew


TIMING = Timing()
RECHECK = 10_000
"""A worker reads the last record that it knows again after so many milliseconds, to notice that it was changed."""
MARGIN = 1_000
"""What an author adds to the lead, so that the record is in the log in time."""
