"""Measured programs, each in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from benchmarks.place import ROOT
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 1_800
_LAST_WORDS = 2_000


@dataclass(frozen=True)
class Programs:
    """What starts the measured programs.

    Args:
        folder: each run gets a new folder in it.
        broker: the broker's address.
        peer: the Python that has the peers.
    """

    folder: Path
    broker: str
    peer: Path

    def ours(self, module: str, *arguments: str) -> list[str]:
        """The command of a module of this tree, told the broker."""
        return [sys.executable, "-m", module, *arguments, "--broker", self.broker]

    def peers(self, module: str, *arguments: str) -> list[str]:
        """As :meth:`ours`, with the Python of the peers."""
        return [str(self.peer), "-m", module, *arguments, "--broker", self.broker]

    def new_folder(self) -> Path:
        """A folder for one run."""
        return Path(mkdtemp(dir=self.folder, prefix="run-"))

    def measure(self, command: list[str], folder: Path) -> dict[str, float]:
        """Run a program to its end; returns what it printed.

        Raises:
            HeadraceError: when it failed or took longer than half an hour; says where its words are.
        """
        with self.running(command, folder) as process:
            try:
                said, _ = process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise HeadraceError(f"{' '.join(command)} did not end; see {folder}") from error
        if process.returncode:
            raise HeadraceError(f"{' '.join(command)} failed:\n{last_words(folder)}")
        return dict(json.loads(said.splitlines()[-1]))

    @contextmanager
    def running(
        self, command: list[str], folder: Path, library: Path = ROOT
    ) -> Iterator[subprocess.Popen[str]]:
        """A program that runs as long as the context, with what it started.

        Args:
            command: that starts it; ``--folder`` is added.
            folder: its own.
            library: what it imports ours from.
        """
        with (folder / "stderr").open("w") as errors:
            process = subprocess.Popen(  # noqa: S603 -- our own programs
                [*command, "--folder", str(folder)],
                cwd=library,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(library)},
            )
        with process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def scratch_folder(home: Path) -> Iterator[Path]:
    """A folder of its own below a folder, as long as the context: two benchmarks at once do not meet."""
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=home, prefix="scratch-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def last_words(folder: Path) -> str:
    """The end of what a program said on stderr."""
    return (folder / "stderr").read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:]
