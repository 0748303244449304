"""Tables of the local environment, as tests write and read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.runtime.resolve import Resolver
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """Rows of a table, committed files only."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name[0] not in "._"]
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def resolver(root: Path, data: Path, views: Mapping[str, str] | None = None) -> Resolver:
    """Orders what the fraud case needs, on local files."""
    suite = Suite(root)
    values = {"HEADRACE_DATA": str(data), "HEADRACE_JOB": "test"}
    return Resolver(suite.use_case("fraud"), suite.bindings("local", "fraud"), "local", values, views or {})
