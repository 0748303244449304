"""``python -m bootstrap runtime|dev``: the virtual environment, made or brought up to date.

``runtime`` is what the suite needs; ``dev`` adds what its tests and linters need; ``locking`` has what ``make
requirements`` needs. All of it is pinned by hash, pip and setuptools included. It takes a moment when nothing changed,
and goes on where an interrupted installation stopped.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.environment import PROFILES, install
from bootstrap.machine import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Make the virtual environment.")
    parser.add_argument("profile", choices=sorted(PROFILES))
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="its folder (default: .venv)")
    asked = parser.parse_args(arguments)
    try:
        install(ROOT, asked.venv.absolute(), asked.profile)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; the same command goes on from here\n")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
