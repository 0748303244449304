"""Runs the real pipelines over drawn tables, and compares what comes out with the oracle."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Callable

import pytest

from headrace.parity.declaration import read_declaration
from headrace.parity.ways import Trip, travel
from headrace.parity.workbench import Workbench
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run_way(root: Path, tmp_path: Path) -> Callable[[str, Callable[[Path], None]], Workbench]:
    """Fills a folder, computes the features in a way of the declaration, and by the oracle."""
    numbers = count()

    def _run(way: str, fill: Callable[[Path], None]) -> Workbench:
        folder = tmp_path / str(next(numbers))
        fill(folder / "input")
        bench = Workbench(read_declaration(root, "fraud"), read_tables(Suite(root).use_case("fraud")))
        bench.load(folder / "input")
        bench.compute("oracle")
        trip = Trip(way, root, "fraud", getattr(bench.declaration, way), folder / "input", folder / way)
        travel(trip, lambda job: job.wait(every=0.1))
        bench.take(way, trip.way.writes, trip.folder)
        return bench

    return _run
