"""``python -m benchmarks.threads``: who takes the processor while events come at a steady rate, thread by thread.

What a payment costs in latency is less what its own steps take than how long they wait for a core: both are here, in
microseconds a payment, as Linux counts them for each thread.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil
from rich.console import Console

from benchmarks.markdown import table
from benchmarks.pipeline.extent import FULL
from benchmarks.pipeline.ladder import rung, warm_up
from benchmarks.pipeline.schedule import case_named
from benchmarks.pipeline.shipped import shipped_bench
from benchmarks.place import WORK
from benchmarks.processes import scratch_folder
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from headrace.planning.ladder import Rung
    from headrace.planning.latency import Session

CASE = "latency/realtime/low-latency/hashmap/1"
RATES = (1_000, 5_000)
WARM_SECONDS = 60.0
SECONDS = 8.0
BROKER, PYTHON = "broker", "Python: sender, receiver, the job's driver"
ROLES = {
    "Source: ": "sources: reading, rules",
    "OverAggregate": "numbering of duplicates",
    "ProcessTableFun": "windows, scoring, writing",
    "Source Data Fet": "fetching from Kafka",
    "kafka-producer": "sending to Kafka",
    "AsyncOperations": "checkpoints",
    "C1 Compiler": "Java's compilers",
    "C2 Compiler": "Java's compilers",
    "G1 ": "garbage",
    "GC Thread": "garbage",
}
"""By the beginning of a thread's name, of which Linux keeps fifteen characters."""
OTHER = "other threads of the job"


class Taken(NamedTuple):
    """Seconds on a core, and ready to run without one."""

    running: float
    waiting: float


NOTHING = Taken(0.0, 0.0)


class Thread(NamedTuple):
    """One thread, and what it is there for."""

    id: int
    role: str


@dataclass(frozen=True)
class Step:
    """A rate, and what was taken meanwhile, by role, in seconds a payment."""

    rate: int
    p50: float
    p99: float
    taken: Mapping[str, Taken]


def main() -> int:
    """Measure and print a table; returns the exit code."""
    asked = _parser().parse_args()
    console = Console(stderr=True)
    try:
        steps = list(_measure(asked))
    except HeadraceError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    sys.stdout.write(report(steps) + "\n")
    return 0


def role(command: str, thread: str) -> str:
    """What a thread is there for.

    Args:
        command: the command line of its process.
        thread: its name, or the beginning of it.
    """
    if "kafka.Kafka" in command:
        return BROKER
    if "java" not in command.partition(" ")[0]:
        return PYTHON
    return next((said for name, said in ROLES.items() if thread.startswith(name)), OTHER)


def report(steps: Iterable[Step]) -> str:
    """A table: a row a role, for each rate the microseconds of a payment on a core and waiting for one."""
    steps = list(steps)
    head = ["", *(f"{step.rate:,}/s: on a core, µs (waiting)" for step in steps)]
    first = steps[0].taken
    roles = sorted(first, key=lambda each: -first[each].running)
    rows = [[each, *(_cell(step.taken.get(each, NOTHING)) for step in steps)] for each in roles]
    total = ["all", *(_cell(Taken(*map(sum, zip(*step.taken.values())))) for step in steps)]
    latency = ["p50, p99 meanwhile, ms", *(f"{step.p50:,.1f}, {step.p99:,.1f}" for step in steps)]
    return table(head, [*rows, total, latency])


def _cell(found: Taken) -> str:
    return f"{found.running * 1e6:,.0f} ({found.waiting * 1e6:,.0f})"


def _measure(asked: argparse.Namespace) -> Iterator[Step]:
    with (
        scratch_folder(asked.output) as scratch,
        shipped_bench(scratch) as bench,
        bench.latency_session(case_named(CASE)) as (session, ahead),
    ):
        warm_up(session, ahead, WARM_SECONDS)
        for rate in asked.rates:
            yield _step(session, rung(ahead, rate, replace(FULL, seconds=(0.0, SECONDS))))


def _step(session: Session, ahead: Rung) -> Step:
    before = _taken()
    outcome = session.drive(ahead).require_all()
    found = between(before, _taken())
    each = {who: Taken(*(seconds / len(ahead.records) for seconds in taken)) for who, taken in found.items()}
    return Step(int(ahead.rate), outcome.milliseconds["p50"], outcome.milliseconds["p99"], each)


def between(before: Mapping[Thread, Taken], after: Mapping[Thread, Taken]) -> dict[str, Taken]:
    """What was taken between two looks, by role; what a thread took that ended meanwhile is not known."""
    found: dict[str, Taken] = {}
    for thread, now in after.items():
        then, so_far = before.get(thread, NOTHING), found.get(thread.role, NOTHING)
        running, waiting = now.running - then.running, now.waiting - then.waiting
        found[thread.role] = Taken(so_far.running + running, so_far.waiting + waiting)
    return found


def _taken() -> dict[Thread, Taken]:
    """So far, of this process and all that it started."""
    found = {}
    root = psutil.Process()
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.Error):
            command = " ".join(process.cmdline())
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                with suppress(OSError):
                    running, waiting, _ = map(int, (task / "schedstat").read_text().split())
                    thread = Thread(int(task.name), role(command, (task / "comm").read_text()))
                    found[thread] = Taken(running * 1e-9, waiting * 1e-9)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.threads", description="Linux only.")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="events a second")
    parser.add_argument("--output", type=Path, default=WORK / "threads", help="thrown away afterwards")
    return parser


if __name__ == "__main__":
    sys.exit(main())
