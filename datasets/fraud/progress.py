"""How a long step says where it is."""

from __future__ import annotations

from typing import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much of it is done, and how much there is in all."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Report nothing."""
