"""A suite for one benchmark: the shipped one, with profiles of the benchmark's own, or with more windows."""

from __future__ import annotations

import shutil
from pathlib import Path

from headrace.errors import HeadraceError

SHIPPED = ("sql", "connectors", "jobs", "udfs", "models", "operators")
CONFIGURATION = "flink-conf"
WINDOWS = "windows => '1d, 7d, 30d'"
MORE = ("2d", "3d", "5d", "10d", "14d", "20d", "1h", "6h", "12h")
"""Windows beside the three shipped ones; none is longer, so that as many rows are kept."""
ON_ARRIVAL = ("customer_features_on_arrival", "terminal_features_on_arrival")


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
    if windows > 3:  # noqa: PLR2004 -- the shipped three
        _widen(folder / "sql", windows)
    return folder


def _widen(sql: Path, windows: int) -> None:
    """Put a copy in the place of a link to SQL, with more windows on arrival."""
    shipped = sql.resolve()
    sql.unlink()
    shutil.copytree(shipped, sql)
    for name in ON_ARRIVAL:
        view = sql / "fraud" / "views" / f"{name}.sql"
        text = view.read_text(encoding="utf-8")
        if WINDOWS not in text:
            raise HeadraceError(
                f"{view}: expected {WINDOWS}", "What it has now stands in benchmarks/pipeline/suite.py."
            )
        more = ", ".join(("1d", "7d", "30d", *MORE[: windows - 3]))
        view.write_text(text.replace(WINDOWS, f"windows => '{more}'"), encoding="utf-8")
