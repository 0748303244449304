"""The virtual environment: made once, brought up to date when a file that decides about it has changed."""

from __future__ import annotations

import compileall
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bootstrap.machine import GIGABYTE, Refusal, require_disk, require_module, require_writable
from bootstrap.packages import DOWNLOADS, count_pins, pip_install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The requirements files whose pins an environment holds after one of them was installed.
PROFILES = {"runtime": ("runtime",), "dev": ("dev", "runtime"), "locking": ("locking",)}
NEEDED = 3 * GIGABYTE
NEEDED_LATER = GIGABYTE // 2
_TESTS = re.compile("/tests?/")


def install(root: Path, venv: Path, profile: str) -> None:
    """Bring an environment up to date with ``requirements/<profile>.txt`` and with the project itself.

    Args:
        root: the checkout.
        venv: the environment's folder.
        profile: a key of ``PROFILES``; ``locking`` goes without the project.

    Raises:
        Refusal: when this Python, the disk or the folder does not allow it, or when pip failed.
    """
    remove_foreign(venv)
    wanted = fingerprints(root, profile)
    if wanted.items() <= read_stamp(venv).items():
        return
    with _one_at_a_time(root):
        _prepare(venv)
        if wanted[profile] != read_stamp(venv).get(profile):
            _install_requirements(root / "requirements", venv, profile)
        if "project" in wanted:
            _pip(venv, "--no-deps", "--no-build-isolation", "--editable", str(root))
        write_stamp(venv, wanted)


def fingerprints(root: Path, profile: str) -> dict[str, str]:
    """The stamp of an up-to-date environment: a digest of each file that decides about it, by name."""
    requirements = root / "requirements"
    build = (requirements / "build.txt").read_bytes()
    found = {name: _digest(build + (requirements / f"{name}.txt").read_bytes()) for name in PROFILES[profile]}
    if profile == "locking":
        return found
    return {**found, "project": _digest((root / "pyproject.toml").read_bytes() + bytes(root))}


def read_stamp(venv: Path) -> dict[str, str]:
    """What was installed completely; empty when nothing was."""
    try:
        return dict(json.loads((venv / "installed.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def write_stamp(venv: Path, installed: dict[str, str]) -> None:
    """Remember what is installed completely."""
    (venv / "installed.json").write_text(json.dumps({**read_stamp(venv), **installed}), encoding="utf-8")


def remove_foreign(venv: Path) -> None:
    """Remove an environment that another minor version of Python made, or whose Python is gone."""
    if not (venv / "pyvenv.cfg").is_file():
        return
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if not (venv / "bin" / "python").exists() or not (venv / "lib" / minor).is_dir():
        sys.stderr.write(f"{venv} was made by another Python than {minor}: making it anew\n")
        shutil.rmtree(venv)


def remove_unfinished(venv: Path) -> None:
    """Remove what an interrupted pip left behind: downloads, and packages that it would now take for installed."""
    for downloads in venv.glob(f"{DOWNLOADS}*"):
        shutil.rmtree(downloads)
    for folder in venv.glob("lib/python*/site-packages/*"):
        unfinished = folder.suffix == ".dist-info" and not (folder / "RECORD").is_file()
        if unfinished or folder.name.startswith("~"):
            shutil.rmtree(folder)


def _prepare(venv: Path) -> None:
    require_module("venv")
    require_module("ensurepip")
    require_writable(venv)
    require_disk(venv, NEEDED_LATER if read_stamp(venv) else NEEDED)
    if not _has_pip(venv):
        _make(venv)


def _make(venv: Path) -> None:
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-m", "venv", "--clear", str(venv)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- this very Python
    if done.returncode:
        raise Refusal(f"{' '.join(command)} failed: {(done.stdout + done.stderr).strip()}")


def _has_pip(venv: Path) -> bool:
    command = [str(venv / "bin" / "python"), "-c", "import pip"]
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603 -- as above
    except OSError:
        return False


def _install_requirements(requirements: Path, venv: Path, profile: str) -> None:
    remove_unfinished(venv)
    pins = requirements / f"{profile}.txt"
    sys.stderr.write(f"installing {pins} into {venv}\n")
    _pip(venv, "--require-hashes", "-r", str(requirements / "build.txt"))
    # Without isolation: an isolated build would fetch the newest setuptools of the day, pinned by nobody.
    options = ("--require-hashes", "--no-build-isolation", "--no-compile")
    _pip(venv, *options, "-r", str(pins), total=count_pins(pins))
    _compile(venv)


def _compile(venv: Path) -> None:
    """Compile what was installed, on all cores.

    A Python that may not write beside its modules, as in many containers, would do so at each start of a worker, which
    doubles it. What can not be compiled, such as templates of code, stays as it is.
    """
    sys.stderr.write(f"compiling what is in {venv}\n")
    for folder in venv.glob("lib/python*/site-packages"):
        compileall.compile_dir(folder, quiet=2, workers=0, rx=_TESTS)


def _pip(venv: Path, *arguments: str, total: int = 0) -> None:
    pip_install(venv / "bin" / "python", venv / "install.log", *arguments, total=total)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Let a second installation into the same checkout wait for the first."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
