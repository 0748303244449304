"""A suite for one benchmark: the shipped one, with profiles of the benchmark's own beside the shipped ones."""

from __future__ import annotations

from pathlib import Path

SHIPPED = ("sql", "connectors", "jobs", "udfs", "models", "operators")
CONFIGURATION = "flink-conf"


def make_suite(folder: Path, shipped: Path) -> Path:
    """A folder that shows a suite, and its profiles beside those in ``flink-conf/`` here.

    Args:
        folder: must not exist.
        shipped: the suite that is measured.
    """
    (folder / CONFIGURATION).mkdir(parents=True)
    for name in SHIPPED:
        (folder / name).symlink_to(shipped / name)
    for home in (shipped, Path(__file__).parent):
        for profile in sorted((home / CONFIGURATION).iterdir()):
            (folder / CONFIGURATION / profile.name).symlink_to(profile)
    return folder
