"""How a contender is started, and how it is seen from outside."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from benchmarks.meter import Meter
from benchmarks.place import ROOT
from benchmarks.processes import Programs, last_words
from headrace.cluster.ports import free_ports
from headrace.errors import HeadraceError
from headrace.runtime.rest import ask

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

    from benchmarks.pipeline.schedule import Case
    from benchmarks.pipeline.topics import Topics

MEASURED = Path(__file__).parent / "measured"
PATIENCE_SECONDS = 900.0
LOOK_SECONDS = 0.02
SETTLE_SECONDS = 10.0
WITHOUT_GROUP = ("bytewax", "spark")
"""Those that keep what they have read to themselves."""


@dataclass
class Contender:
    """One that runs.

    Attributes:
        case: what it is.
        topics: those it reads and writes.
        process: its first process.
        folder: its own; has its log.
        port: of Flink's REST interface.
        meter: what it costs.
        began: when it was started, seconds of ``time.monotonic``.
    """

    case: Case
    topics: Topics
    process: subprocess.Popen[str]
    folder: Path
    port: int
    meter: Meter
    began: float = field(default_factory=time.monotonic)

    def wait_until(
        self, condition: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS
    ) -> float:
        """Wait until something is so; returns when, in seconds of ``time.monotonic``.

        Raises:
            HeadraceError: when it does not come within ``patience`` seconds, or it ended; has its last words.
        """
        deadline = time.monotonic() + patience
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise HeadraceError(f"{self.case.name}: {what} did not come:\n{last_words(self.folder)}")
            time.sleep(LOOK_SECONDS)
        return time.monotonic()

    def wait_for_answers(self, count: int) -> float:
        """Wait until so many payments are answered; returns when."""
        return self.wait_until(lambda: self.answers() >= count, f"{count} answers (of {self.answers()})")

    def answers(self) -> int:
        """How many payments are answered so far."""
        return self.topics.count("predictions")

    def wait_until_all_is_read(self) -> None:
        """Wait until the contender has said that it has read all there is; one that says nothing gets some seconds."""
        if self.case.contender in WITHOUT_GROUP:
            time.sleep(SETTLE_SECONDS)
            return
        self.wait_until(lambda: self.topics.lag(self.case.contender) == 0, "reading to the end")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it stand still, with all its processes, as long as the context."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    def checkpoint(self) -> dict[str, float]:
        """Size and time of the next checkpoint that is complete."""
        before = self._checkpoints().get("id", 0)
        self.wait_until(lambda: self._checkpoints().get("id", 0) > before + 1, "a checkpoint")
        newest = self._checkpoints()
        return {
            "checkpoint_bytes": newest["state_size"],
            "checkpoint_seconds": newest["end_to_end_duration"] / 1000,
        }

    def _checkpoints(self) -> dict[str, float]:
        address = f"http://127.0.0.1:{self.port}"
        for job in ask(address, "/jobs").get("jobs", []):
            newest = ask(address, f"/jobs/{job['id']}/checkpoints").get("latest", {}).get("completed")
            if newest:
                return dict(newest)
        return {}


@dataclass(frozen=True)
class Contenders:
    """What starts contenders.

    Args:
        programs: what starts processes.
        suites: by how many windows an entity has, the suite that our jobs are in; the shipped one has three.
        library: the folder whose ``headrace`` runs them.
    """

    programs: Programs
    suites: Mapping[int, Path]
    library: Path = ROOT

    def suite(self, case: Case) -> Path:
        """The suite of a case."""
        return self.suites[int(case.variant) if case.group == "windows" else 3]

    @contextmanager
    def running(
        self, case: Case, topics: Topics, model: Path, *, features: bool = False
    ) -> Iterator[Contender]:
        """A contender, as long as the context.

        Args:
            case: what it is.
            topics: those it reads and writes; must be there.
            model: folder of the artifact that scores.
            features: let a peer put them into its answers.
        """
        folder = self.programs.new_folder()
        (port,) = free_ports(1)
        command = self.command(case, port, model, features=features)
        told = [*command, "--broker", topics.broker, "--prefix", topics.prefix]
        with ExitStack() as stack:
            process = stack.enter_context(self.programs.running(told, folder, self.library))
            meter = stack.enter_context(Meter(process.pid, with_root=not case.is_flink))
            yield Contender(case, topics, process, folder, port, meter)

    def command(self, case: Case, port: int, model: Path, *, features: bool) -> list[str]:
        """The command that starts a contender, without broker, topics and folder; arguments as of :meth:`running`."""
        if not case.is_flink:
            module = f"benchmarks.pipeline.peers.{case.contender}"
            more = ["--features"] if features else []
            return [str(self.programs.peer), "-m", module, "--model", str(model), *more]
        chosen = {
            "root": self.suite(case),
            "profile": case.profile,
            "backend": case.backend,
            "slots": case.slots,
        }
        told = {**chosen, "model": model, "port": port}
        options = [part for name, value in told.items() for part in (f"--{name}", str(value))]
        return [sys.executable, str(MEASURED), case.contender, *options]
