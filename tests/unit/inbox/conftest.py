from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.inbox import Clock, DroppedFiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A monotonic clock that stands until it is moved."""
    return Clock.standing(monkeypatch)


@pytest.fixture
def files(tmp_path: Path, clock: Clock) -> DroppedFiles:
    """An inbox with nothing in it."""
    return DroppedFiles(tmp_path / "data", clock)
