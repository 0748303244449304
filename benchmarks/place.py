"""Where the benchmarks find what they measure, and where they keep what they made."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "work" / "benchmarks"
PEER = WORK / "peer" / "bin" / "python"
"""A Python of its own for what is measured beside: it wants other versions of what Flink pins."""


def absolute(path: str) -> Path:
    """A folder that was named on a command line, wherever a program that is started there begins."""
    return Path(path).absolute()
