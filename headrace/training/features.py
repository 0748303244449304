"""The features of the past, computed by the streaming job and kept until its input or its SQL changes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from headrace.runtime.folders import folder_of
from headrace.runtime.resolve import CONTRACTS, DEFAULT, SINKS
from headrace.runtime.run import Run, prepare, start
from headrace.tables.database import table_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from headrace.runtime.resolve import Step
    from headrace.runtime.run import RunningJob

_NOTE = "_made_from.json"


def feature_sql_sha256(steps: Iterable[Step], root: Path) -> str:
    """SHA-256 of the contracts and views that a pipeline needs; where the tables are does not count.

    Args:
        steps: as :func:`headrace.runtime.run.prepare` gives them.
        root: the suite.
    """
    sql = root / "sql"
    texts = sorted(
        f"{step.statement.path.relative_to(sql)}\n{step.statement.text}"
        for step in steps
        if step.database in {CONTRACTS, DEFAULT} and sql in step.statement.path.parents
    )
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def compute_features(run: Run, watch: Callable[[RunningJob], None]) -> str:
    """Run a bounded job unless what it wrote last time is still what it would write.

    Args:
        run: the job that computes features; what it wrote before is replaced.
        watch: waits for the job to end.

    Returns:
        The SHA-256 of the feature SQL.

    Raises:
        HeadraceError: as :func:`headrace.runtime.run.start`.
    """
    _, steps = prepare(run)
    sha256 = feature_sql_sha256(steps, run.root)
    note = json.dumps({"feature_sql_sha256": sha256, "input": _input(steps)}, indent=2)
    notes = [folder / _NOTE for step in steps if step.database == SINKS and (folder := folder_of(step))]
    if not all(path.is_file() and path.read_text(encoding="utf-8") == note for path in notes):
        watch(start(Run(**{**vars(run), "overwrite": True})))
        for path in notes:
            path.write_text(note, encoding="utf-8")
    return sha256


def known_sha256(folder: Path) -> str:
    """The SHA-256 of the feature SQL that a folder of computed features was made by; empty where that is not known."""
    note = folder / _NOTE
    return str(json.loads(note.read_text(encoding="utf-8"))["feature_sql_sha256"]) if note.is_file() else ""


def _input(steps: Iterable[Step]) -> list[list[object]]:
    folders = (folder_of(step) for step in steps if step.database == DEFAULT)
    files = (path for folder in folders if folder and folder.is_dir() for path in table_files(folder))
    return [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in files]
