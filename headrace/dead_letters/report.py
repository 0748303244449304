"""What a replay is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.runtime.run import Run


@dataclass(frozen=True)
class Request:
    """Which dead letters to put through which job.

    Attributes:
        run: the job, the data folder and how to run it.
        reasons: which letters; all when empty.
        fix: ``module:function`` that corrects payloads; empty for none.
        payloads: a file with corrected payloads, instead of a function.
        dry_run: only say what would be sent.
    """

    run: Run
    reasons: frozenset[str] = frozenset()
    fix: str = ""
    payloads: Path | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Report:
    """What a replay did, counted in letters: chosen = already there + left + accepted + refused.

    Attributes:
        replay: its number; None when there was nothing to do, and for a dry run.
        job: the job that the letters went through.
        chosen: letters of the reasons asked for.
        sent: how many of them were sent, or would be.
        accepted: how many of those are in the tables now.
        already_there: how many of the chosen have their event in the tables for another reason.
        left: how many were not sent, by why.
        refused: how many were refused again, by their new reason.
        moved: rows that were added, by table.
        completed: numbers of earlier replays that had been cut off and were finished first.
        dry_run: whether nothing was done.
    """

    replay: int | None
    job: str
    chosen: int
    sent: int
    accepted: int = 0
    already_there: int = 0
    left: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    completed: list[int] = field(default_factory=list)
    dry_run: bool = False
