"""What the machine must offer before anything is installed; each refusal is one sentence that says what to do."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GIGABYTE = 1 << 30


class Refusal(Exception):  # noqa: N818 -- said to a user in a sentence, no fault of the program
    """Why the environment can not be made, and what to do."""


def require_module(name: str) -> None:
    """Refuse a Python without a module of its standard library, as Debian's is before python3-venv is installed.

    Raises:
        Refusal: names the package to install.
    """
    if importlib.util.find_spec(name) is None:
        minor = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Refusal(
            f"{sys.executable} has no module {name}: install it (Debian, Ubuntu: apt install python{minor}-venv)"
            " or name another Python (PYTHON=/path/to/python make …)."
        )


def require_disk(folder: Path, needed: int) -> None:
    """Refuse a disk with less than ``needed`` bytes free.

    Raises:
        Refusal: says how much there is.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refusal(
            f"{folder} has {free / GIGABYTE:.1f} GB free and the installation needs {needed / GIGABYTE:.1f} GB:"
            " free some, or put the checkout on another disk."
        )


def require_writable(folder: Path) -> None:
    """Make a folder and write in it.

    Raises:
        Refusal: says why that is not possible.
    """
    probe = folder / "writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refusal(
            f"{folder} can not be written ({error.strerror}): choose a folder of your own."
        ) from error
