"""What hostile tests share."""

from __future__ import annotations

from tests.unit.cli.conftest import headrace

__all__ = ["headrace"]
