"""Runs pip: its words go to a log, its progress to stderr, its failure into a sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TextIO

from bootstrap.machine import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LAST_WORDS = 12
DOWNLOADS = "downloads-"
_PACKAGE = re.compile(r"(?:Collecting|Requirement already satisfied:|Ignoring) ([\w.-]+)")
MISTAKES = {
    "No space left on device": "The disk is full: free some and run it again.",
    "DO NOT MATCH THE HASHES": "A downloaded package is not the pinned one: look at the package index in use.",
    "Failed to establish a new connection": "The package index could not be reached.",
    "Temporary failure in name resolution": "The package index could not be reached.",
    "Read timed out": "The package index was too slow: run it again, what was downloaded is kept.",
    "No matching distribution found": "The package index has no build for this Python and this kind of machine.",
}
_MISLEADING = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}


def pip_install(python: Path, log: Path, *arguments: str, total: int = 0) -> None:
    """Run ``pip install``.

    Args:
        python: the environment's Python.
        log: what pip says is appended here; temporary files stand beside it, on the disk that was found large enough.
        arguments: of ``pip install``.
        total: how many packages there are to count; 0 shows no progress.

    Raises:
        Refusal: when it failed; says why, with pip's last words.
    """
    command = [str(python), "-m", "pip", "install", "--no-input", "--progress-bar=off", *arguments]
    environment = {key: value for key, value in os.environ.items() if key not in _MISLEADING}
    with TemporaryDirectory(dir=log.parent, prefix=DOWNLOADS) as downloads:
        process = subprocess.Popen(  # noqa: S603 -- the environment's own pip
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**environment, "TMPDIR": downloads},
        )
        with process, log.open("a", encoding="utf-8") as kept:
            said = _follow(process.stdout or [], kept, Progress(total, sys.stderr))
    if process.returncode:
        raise Refusal(explanation("".join(said), log))


def explanation(said: str, log: Path) -> str:
    """Why pip failed: a sentence for what is known, its last words in any case."""
    known = next((sentence for sign, sentence in MISTAKES.items() if sign in said), "pip failed.")
    last = "\n".join(said.rstrip().splitlines()[-LAST_WORDS:])
    return f"{known} All of it is in {log}; its end:\n{last}"


class Progress:
    """Counts the packages pip has dealt with: in place on a terminal, else a line every tenth of the way.

    Args:
        total: how many there are; 0 shows nothing.
        stream: where to write.
    """

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._done = 0
        self._tenths = 0

    def __call__(self, line: str) -> None:
        """Take a line of pip's output into account."""
        found = _PACKAGE.match(line)
        if found and self._done < self._total:
            self._done += 1
            self._show(f"{self._done} of {self._total} packages: {found.group(1)}")
        elif line.startswith("Installing collected packages") and self._total:
            self._write("unpacking")

    def _show(self, text: str) -> None:
        tenths = 10 * self._done // self._total
        if self._stream.isatty() or tenths > self._tenths:
            self._write(text)
        self._tenths = tenths

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\033[K  {text}" if self._stream.isatty() else f"  {text}\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the line that was rewritten in place."""
        if self._total and self._stream.isatty():
            self._stream.write("\r\033[K")


def _follow(lines: Iterable[str], log: TextIO, progress: Progress) -> list[str]:
    said = []
    for line in lines:
        log.write(line)
        said.append(line)
        progress(line)
    progress.end()
    return said


def count_pins(requirements: Path) -> int:
    """How many pins a requirements file holds, those for other machines included: pip names them too."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return sum("==" in line and not line.startswith((" ", "#")) for line in lines)
