"""``python -m benchmarks.rolling``: the whole benchmark, as ``make bench-rolling`` starts it."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.machine import cores, load, machine, versions
from benchmarks.place import PEER, ROOT, WORK, absolute
from benchmarks.processes import Programs
from benchmarks.rolling.bench import Bench
from benchmarks.rolling.extent import FULL, QUICK, Extent
from benchmarks.rolling.page import publish
from benchmarks.rolling.plot import draw
from benchmarks.rolling.report import markdown
from benchmarks.rolling.results import Again, Results
from benchmarks.rolling.schedule import GROUPS, cases
from benchmarks.rounds import interleaved
from headrace.cluster.broker import BUSY
from headrace.cluster.standalone import running_broker
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INTERRUPTED = 130
OUTPUT = WORK / "rolling"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended, as with Ctrl-C
    try:
        results = measure(_extent(asked), asked, console)
    except HeadraceError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    except KeyboardInterrupt:
        console.print(f"stopped; what was measured is in {asked.output / 'results.json'}", markup=False)
        return INTERRUPTED
    written = write(results, asked.output)
    if asked.publish:
        publish(results, ROOT / "docs")
    sys.stdout.write(written)
    console.print(f"results.json, report.md, rolling.svg are in {asked.output}", markup=False)
    return 0


def _extent(asked: argparse.Namespace) -> Extent:
    chosen = QUICK if asked.quick else FULL
    return replace(chosen, rounds=asked.rounds) if asked.rounds else chosen


def measure(extent: Extent, asked: argparse.Namespace, console: Console) -> Results:
    """Measure all there is.

    Raises:
        HeadraceError: when a form does not compute the features, or a program fails.
    """
    scratch = asked.output / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, console=console) as progress,
        running_broker(ROOT, scratch / "broker", jvm=BUSY) as broker,
    ):
        bench = Bench(Programs(scratch, broker.address, asked.peer), asked.output / "data", extent)
        results = _begun(bench, asked)
        _check(bench, results, progress, asked)
        _run(bench, results, progress, asked)
        if "state" in asked.only:
            _measure_sizes(bench, results, progress)
    shutil.rmtree(scratch)
    return results


def write(results: Results, folder: Path) -> str:
    """Write the results as JSON, Markdown and SVG; returns the Markdown."""
    keep(results, folder)
    text = markdown(results)
    (folder / "report.md").write_text(text, encoding="utf-8")
    draw(results, folder / "rolling.svg")
    return text


def keep(results: Results, folder: Path) -> None:
    """Write ``results.json``, also of a benchmark that is not at its end: an interruption costs no more than a run."""
    (folder / "results.json").write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _begun(bench: Bench, asked: argparse.Namespace) -> Results:
    """Results without what is to be measured; with ``--keep``, what an earlier benchmark here measured of the rest.

    Raises:
        HeadraceError: when that was on another machine, of other versions, or of another extent.
    """
    new = _empty(bench, asked)
    path = asked.output / "results.json"
    if not asked.keep:
        return new
    old = Results.model_validate_json(path.read_text(encoding="utf-8"))
    same = ("machine", "versions", "rounds", "payments", "rate", "quick")
    differ = [name for name in same if getattr(old, name) != getattr(new, name)]
    if differ:
        raise HeadraceError(
            f"{path} differs in {', '.join(differ)} from what would be measured now", "Leave out --keep."
        )
    return old.without(asked.only, Again(date=new.date, load=new.load))


def _empty(bench: Bench, asked: argparse.Namespace) -> Results:
    return Results(
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        quick=asked.quick,
        machine=machine(),
        load=load(),
        cores=cores(),
        versions=versions(asked.peer, {"Quix Streams": "quixstreams"}),
        rounds=bench.extent.rounds,
        payments=len(bench.payments("full")),
        rate=bench.extent.rate,
    )


def _check(bench: Bench, results: Results, progress: Progress, asked: argparse.Namespace) -> None:
    task = progress.add_task("topics", total=None)
    for what in bench.fill_topics():
        progress.update(task, description=what)
    progress.update(task, description="equal to DuckDB", total=None)
    for form, rows in bench.check({case.pipeline for case in cases(asked.only)}):
        results.checked[form] = rows
        _say(progress, f"{form} is equal to DuckDB", {"rows": rows})
        progress.advance(task)


def _measure_sizes(bench: Bench, results: Results, progress: Progress) -> None:
    task = progress.add_task("sizes of state", total=2 * len(bench.extent.state))
    for size in bench.sizes():
        results.state.append(size)
        _say(progress, f"state of {size.keys} × {size.rows}, {size.backend}", {"bytes": size.bytes})
        progress.advance(task)


def _run(bench: Bench, results: Results, progress: Progress, asked: argparse.Namespace) -> None:
    everything = cases(asked.only)
    task = progress.add_task("", total=bench.extent.rounds * len(everything))
    for number, case in interleaved(everything, bench.extent.rounds):
        progress.update(task, description=f"round {number + 1}: {case.name}")
        found = bench.run(case)
        results.runs.setdefault(case.name, []).append(found)
        _say(progress, f"round {number + 1}: {case.name}", found)
        keep(results, asked.output)
        progress.advance(task)


def _say(progress: Progress, what: str, found: Mapping[str, float]) -> None:
    """A line above the progress, also where there is no terminal."""
    figures = ", ".join(f"{name} {value:,.5g}" for name, value in found.items())
    progress.console.print(f"{what}: {figures}", soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench-rolling", description="Measure rolling windows beside what people would use instead."
    )
    parser.add_argument("--quick", action="store_true", help="few rows and one round: to see that it works")
    parser.add_argument(
        "--rounds", type=int, help="how often each is measured, instead of 3 times, or once if quick"
    )
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, help="some of the groups")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="measure those of --only again, keep the earlier results of the rest",
    )
    parser.add_argument("--publish", action="store_true", help="put the tables and the plot into docs/")
    parser.add_argument("--output", type=absolute, default=OUTPUT, help="folder of the report")
    parser.add_argument("--peer", type=absolute, default=PEER, help="the Python that has Quix Streams")
    return parser


if __name__ == "__main__":
    sys.exit(main())
