"""``python -m benchmarks.compare A B``: the quick measures of two checkouts in one interleaved run, as ratios.

What changed between them shows, whatever else the machine does meanwhile: it falls on both alike. Nothing is asserted;
a person looks. Both run with this Python and the same model on the same payments.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.markdown import table
from benchmarks.pipeline.bench import Bench
from benchmarks.pipeline.contenders import Contenders
from benchmarks.pipeline.extent import QUICK
from benchmarks.pipeline.schedule import Case, cases, to_check
from benchmarks.pipeline.suite import make_suite
from benchmarks.place import PEER, ROOT, WORK, absolute
from benchmarks.processes import Programs, scratch_folder
from benchmarks.rounds import interleaved
from benchmarks.spread import Spread
from headrace.cluster.broker import BUSY
from headrace.cluster.standalone import running_broker
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.pipeline.extent import Extent

OUTPUT = WORK / "compare"
COMPARED = replace(QUICK, warm_seconds=20.0)
"""Java's compilers, at work, would be most of a difference at 1,000 events a second."""
ROUNDS = 3
FIGURES = (
    "100/p50",
    "100/p99",
    "1000/p50",
    "1000/p99",
    "seconds",
    "cpu_seconds",
    "peak_bytes",
    "start_seconds",
)
"""Of all of them less is better."""
Runs = dict[tuple[str, int], list[dict[str, float]]]
"""Case and number of the checkout → its runs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        runs = measure(asked, console)
    except HeadraceError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    sys.stdout.write(ratios(runs) + "\n")
    return 0


def measure(asked: argparse.Namespace, console: Console) -> Runs:
    """Measure both checkouts, each case of one beside the same of the other.

    Raises:
        HeadraceError: when one is no checkout, computes something else than the oracle, or fails.
    """
    with (
        scratch_folder(asked.output) as scratch,
        running_broker(ROOT, scratch / "broker", jvm=BUSY) as broker,
    ):
        programs = Programs(scratch, broker.address, PEER)
        benches = [
            bench_of(it, programs, scratch / f"suite{number}") for number, it in enumerate(asked.checkouts)
        ]
        for bench in benches:
            for case in to_check(ours()):
                bench.check(case)
        runs: Runs = {}
        for number, (case, which) in interleaved(
            [(case, it) for case in ours() for it in (0, 1)], asked.rounds
        ):
            runs.setdefault((case.name, which), []).append(benches[which].run(case))
            console.print(f"round {number + 1}: {case.name}, {'AB'[which]}", highlight=False)
    return runs


def bench_of(checkout: Path, programs: Programs, suite: Path, extent: Extent = COMPARED) -> Bench:
    """A benchmark of what another folder holds, with the payments and models of this one.

    Raises:
        HeadraceError: when it is no checkout of headrace.
    """
    if not (checkout / "headrace").is_dir() or not (checkout / "sql").is_dir():
        raise HeadraceError(f"{checkout} is no checkout of headrace", "It has folders headrace/ and sql/.")
    contenders = Contenders(programs, {3: make_suite(suite, checkout)}, checkout)
    return Bench(contenders, WORK / "pipeline" / "data", extent, f"{suite.name}.")


def ours() -> list[Case]:
    """The quick cases that are jobs of ours."""
    return [case for case in cases(quick=True) if case.is_flink]


def ratios(runs: Mapping[tuple[str, int], Sequence[Mapping[str, float]]]) -> str:
    """A table of what the second took beside the first, medians, of all figures that both have."""
    rows = []
    for case in dict.fromkeys(name for name, _ in runs):
        for figure in FIGURES:
            found = [[run[figure] for run in runs[case, which] if figure in run] for which in (0, 1)]
            if all(found):
                first, second = (Spread.of(values) for values in found)
                ratio = f"**{second.median / first.median:.2f}**"
                rows.append([f"{case}: {figure}", ratio, first.text(3), second.text(3)])
    return table(["", "B ÷ A", "A", "B"], rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description="Compare two checkouts."
    )
    parser.add_argument("checkouts", nargs=2, type=absolute, help="folders, the one before and the one after")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured")
    parser.add_argument(
        "--output", type=absolute, default=OUTPUT, help="folder of what is thrown away afterwards"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
