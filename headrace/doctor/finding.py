"""What a check of the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: what was looked at.
        status: ``problem`` when jobs will fail, ``warning`` when they may.
        said: what was found, in a sentence.
        advice: what to do about it; empty when nothing is to be done.
    """

    check: str
    status: Status
    said: str
    advice: str = ""
