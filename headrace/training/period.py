"""Periods of event time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from headrace.errors import HeadraceError


@dataclass(frozen=True)
class Period:
    """A half-open period of event time, UTC.

    Attributes:
        start: first moment inside.
        end: first moment after it.

    Raises:
        HeadraceError: when it is empty.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a period without a moment in it."""
        if self.start >= self.end:
            raise HeadraceError(
                f"the period from {self.start.isoformat()} to {self.end.isoformat()} is empty"
            )

    def __str__(self) -> str:
        """The period as people write it."""
        return f"{self.start:%Y-%m-%d %H:%M} – {self.end:%Y-%m-%d %H:%M} UTC"


def moment(text: str) -> datetime:
    """A moment from ISO 8601; without a zone it is UTC, without a time the day's beginning.

    Raises:
        HeadraceError: when it is neither a date nor a time.
    """
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise HeadraceError(
            f"expected a date or time like 2018-05-01 or 2018-05-01T12:00:00Z, got {text!r}"
        ) from error
    return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
