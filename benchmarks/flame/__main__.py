"""``python -m benchmarks.flame``: a backlog of the whole job under a flight recorder, as a flame graph.

It runs a case of ``make bench`` once; figures taken meanwhile are not to be quoted, a recorder costs time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.flame.draw import draw, tree
from benchmarks.flame.recording import OPTIONS, dump, newest, shares, stacks
from benchmarks.pipeline.schedule import case_named
from benchmarks.pipeline.shipped import shipped_bench
from benchmarks.place import WORK
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.flame.recording import Stack

CASE = "throughput/realtime/throughput/hashmap/2"
OUTPUT = WORK / "flame"
EVERY_SECONDS = 3.0
STEADY_SECONDS = 8.0
LEAST_SHARE = 0.01


def main() -> int:
    """Record a case and draw it; returns the exit code."""
    asked = _parser().parse_args()
    console = Console(stderr=True)
    os.environ["JVM_ARGS"] = f"-Xmx2g {OPTIONS}"
    shutil.rmtree(asked.output, ignore_errors=True)
    (asked.output / "recordings").mkdir(parents=True)
    try:
        samples = newest(_record(asked, asked.output / "recordings"), STEADY_SECONDS)
    except HeadraceError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    draw(
        tree(samples),
        asked.output / "flame.png",
        f"{asked.case}: {len(samples):,} samples of {STEADY_SECONDS:.0f} s",
    )
    Console().print(_table(samples))
    console.print(f"flame.png is in {asked.output}", markup=False)
    return 0


def _record(asked: argparse.Namespace, folder: Path) -> list[Stack]:
    over = threading.Event()
    dumps = threading.Thread(target=_dump_until, args=(over, folder), daemon=True)
    with shipped_bench(asked.output) as bench:
        case = case_named(asked.case)
        dumps.start()
        try:
            bench.run(case)
        finally:
            over.set()
            dumps.join()
    return _newest_readable(folder)


def _dump_until(over: threading.Event, folder: Path) -> None:
    number = 0
    while not over.wait(EVERY_SECONDS):
        dump(folder / f"{number:04}.jfr")
        number += 1


def _newest_readable(folder: Path) -> list[Stack]:
    """The JVM is ended when the backlog is: the last recording may be cut off."""
    return next(_readable(folder))


def _readable(folder: Path) -> Iterator[list[Stack]]:
    for path in sorted(folder.glob("*.jfr"), reverse=True):
        with suppress(HeadraceError):
            yield stacks(path)
    raise HeadraceError(f"no recording in {folder} can be read", "A JDK brings jfr and jcmd.")


def _table(samples: list[Stack]) -> Table:
    table = Table("thread", "share")
    for thread, share in shares(samples):
        if share >= LEAST_SHARE:
            table.add_row(thread, f"{share:.1%}")
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flame", description=__doc__)
    parser.add_argument("--case", default=CASE, help="a case of make bench that works off a backlog")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder of the picture")
    return parser


if __name__ == "__main__":
    sys.exit(main())
