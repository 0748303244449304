"""A suite for one benchmark: the shipped one, with profiles of the benchmark's own, or with more windows."""

from __future__ import annotations

import shutil
from pathlib import Path

from headrace.errors import HeadraceError

SHIPPED = ("sql", "connectors", "jobs", "udfs", "models", "operators")
CONFIGURATION = "flink-conf"
SHIPPED_WINDOWS = ("1d", "7d", "30d")
WINDOWS = f"windows => '{', '.join(SHIPPED_WINDOWS)}'"
MORE = ("2d", "3d", "5d", "10d", "14d", "20d", "1h", "6h", "12h")
"""Windows beside the three shipped ones; none is longer, so that as many rows are kept."""
ON_ARRIVAL = ("customer_features_on_arrival", "terminal_features_on_arrival")
CONSTANT_FEATURES = 3
"""Those that need no window: amount, weekend and night."""


def make_suite(folder: Path, shipped: Path, windows: int = 3) -> Path:
    """A folder that shows a suite, and its profiles beside those in ``flink-conf/`` here.

    Args:
        folder: must not exist.
        shipped: the suite that is measured.
        windows: how many each entity has; those beyond the shipped three are computed and thrown away.

    Raises:
        HeadraceError: when a view does not have the three shipped ones.
    """
    (folder / CONFIGURATION).mkdir(parents=True)
    for name in SHIPPED:
        (folder / name).symlink_to(shipped / name)
    for home in (shipped, Path(__file__).parent):
        for profile in sorted((home / CONFIGURATION).iterdir()):
            (folder / CONFIGURATION / profile.name).symlink_to(profile)
    if windows > len(SHIPPED_WINDOWS):
        _widen(copied(folder / "sql"), windows)
    return folder


def copied(sql: Path) -> Path:
    """Put a copy in the place of a link to SQL; returns it."""
    shipped = sql.resolve()
    sql.unlink()
    shutil.copytree(shipped, sql)
    return sql


def replaced(path: Path, text: str, shipped: str, other: str) -> str:
    """A view's text with something else in the place of what is shipped.

    Raises:
        HeadraceError: when that is not there.
    """
    if shipped not in text:
        raise HeadraceError(f"{path}: expected {shipped}", "What it has now stands in benchmarks/pipeline/.")
    return text.replace(shipped, other)


def _widen(sql: Path, windows: int) -> None:
    """Ask for more windows on arrival."""
    wanted = ", ".join((*SHIPPED_WINDOWS, *MORE)[:windows])
    for name in ON_ARRIVAL:
        view = sql / "fraud" / "views" / f"{name}.sql"
        text = replaced(view, view.read_text(encoding="utf-8"), WINDOWS, f"windows => '{wanted}'")
        view.write_text(text, encoding="utf-8")
