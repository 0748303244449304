"""Dead letters counted by stage and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.dead_letters.replayed import ACCEPTED, ALREADY_THERE, RETURNED

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

_COUNTS = """
SELECT
  stage,
  reason,
  count(*),
  count(*) FILTER (status IN ($accepted, $returned)),
  count(*) FILTER (status = $there),
  min(arrived_at),
  max(arrived_at),
  arg_min(payload_text, arrived_at)
FROM dead_letters_status
GROUP BY stage, reason
ORDER BY count(*) DESC, stage, reason
"""


@dataclass(frozen=True)
class ReasonCount:
    """What is known of the dead letters of one reason.

    Attributes:
        stage: where they were refused.
        reason: name of the rule.
        refused: how many there are.
        accepted: how many of them a replay brought into the tables, or back into the inbox.
        already_there: how many of them a replay found in the tables.
        first: arrival of the first, UTC.
        last: arrival of the last, UTC.
        example: payload of the first, readable.
    """

    stage: str
    reason: str
    refused: int
    accepted: int
    already_there: int
    first: datetime | None
    last: datetime | None
    example: str | None

    @property
    def open(self) -> int:
        """How many are still to be dealt with."""
        return self.refused - self.accepted - self.already_there


def summarize(connection: duckdb.DuckDBPyConnection) -> list[ReasonCount]:
    """The counts of a database from ``open_dead_letters``, the commonest reason first."""
    rows = connection.execute(
        _COUNTS, {"accepted": ACCEPTED, "returned": RETURNED, "there": ALREADY_THERE}
    ).fetchall()
    return [ReasonCount(*row) for row in rows]
