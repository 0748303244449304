"""Computes the features in every way, compares them, and says what was found."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Callable

from headrace.digest import sha256_of
from headrace.parity.certificate import Certificate, Computation, Input, versions
from headrace.parity.declaration import FILE, read_declaration
from headrace.parity.interruption import travel_interrupted
from headrace.parity.ways import Trip, travel
from headrace.parity.workbench import Workbench
from headrace.runtime.configuration import operator_jars
from headrace.runtime.run import prepare
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from headrace.tables.database import lines_of, table_files
from headrace.training.features import feature_sql_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from headrace.parity.comparison import Comparison
    from headrace.parity.declaration import Way
    from headrace.parity.interruption import Interruption
    from headrace.runtime.run import RunningJob

    Progress = Callable[[str, int, int], None]

ORACLE, PUBLISHED, HISTORY, RAW, KILLED = "oracle", "published", "history", "raw", "killed"
HOW = {
    ORACLE: "from the declaration, by DuckDB and NumPy",
    PUBLISHED: "as the publication does it, by pandas",
    HISTORY: "bounded history through `{}`",
    RAW: "raw events, out of order, with duplicates and dirt, through `{}`",
    KILLED: "as raw, through `{}` on a cluster that was killed and resumed",
}


@dataclass(frozen=True)
class Stage:
    """Who is told how a proof goes.

    Attributes:
        announce: told what begins.
        progress: told how far the making of the tables is.
        watch: waits for a job in this process; told the title.
        show: told the rows of the job on the cluster so far.
    """

    announce: Callable[[str], None]
    progress: Progress
    watch: Callable[[RunningJob, str], None]
    show: Callable[[dict[str, int]], None]


@dataclass(frozen=True)
class Subject:
    """What is to be proven.

    Attributes:
        root: the suite.
        use_case: a folder in sql/ with a declaration.
        days: of the data set, from its first one on.
        folder: for all tables; what is there is replaced.
        record: fills a folder with history and the same events raw: ``record(folder, first_day, last_day, progress)``.
        published: the features as a publication computes them from what ``record`` left in the folder: the key and
            columns of the contract. None when there is no publication.
        tolerance: how far published features may be off where they are no whole numbers.
        options: Flink options that win over the profile.
        beam: ask Apache Beam for a second opinion, on a few entities.
    """

    root: Path
    use_case: str
    days: int
    folder: Path
    record: Callable[[Path, int, int, Progress], object]
    published: Callable[[Path], pd.DataFrame] | None = None
    tolerance: float = 1e-9
    options: Mapping[str, str] = field(default_factory=dict)
    beam: bool = False


def certify(subject: Subject, stage: Stage) -> Certificate:
    """Prove, or refute, that the features are the same however they are computed.

    Raises:
        HeadraceError: when something keeps them from being computed; a difference is no error but an outcome.
    """
    return _Proof(subject, stage).run()


class _Proof:
    """One proof, step by step."""

    def __init__(self, subject: Subject, stage: Stage) -> None:
        self.subject, self.stage = subject, stage
        self.inputs = subject.folder / "input"
        tables = read_tables(Suite(subject.root).use_case(subject.use_case))
        self.bench = Workbench(read_declaration(subject.root, subject.use_case), tables)
        self.computations: dict[str, Computation] = {}
        self.opinions: dict[str, str] = {}

    def run(self) -> Certificate:
        """Compute, compare, certify."""
        declaration = self.bench.declaration
        self.stage.announce(f"1/5  {self.subject.days} days of events: as history, and as a raw log")
        self.subject.record(self.inputs, 0, self.subject.days - 1, self.stage.progress)
        self.stage.announce("2/5  the oracle")
        self._references()
        self.stage.announce("3/5  bounded history")
        self._travel(HISTORY, declaration.history)
        self.stage.announce("4/5  raw events")
        self._travel(RAW, declaration.raw)
        self.stage.announce("5/5  raw events on a cluster that is killed, and resumed on another")
        interruption = self._travel_interrupted()
        self.stage.announce("compared")
        return self._certificate(interruption, self._comparisons())

    def _references(self) -> None:
        with self._computing(ORACLE):
            self.bench.load(self.inputs)
            self.bench.compute(ORACLE)
        if self.subject.published:
            with self._computing(PUBLISHED):
                self.bench.keep(PUBLISHED, self.subject.published(self.inputs))
        if self.subject.beam:
            self._ask_beam()

    def _ask_beam(self) -> None:
        from headrace.parity.second_opinion import ask

        began = time.monotonic()
        for called, of_oracle, how in ask(self.bench, ORACLE, self.subject.folder):
            self.opinions[called] = of_oracle
            self._note(called, how, time.monotonic() - began)
            began = time.monotonic()

    def _travel(self, called: str, way: Way) -> None:
        trip = self._trip(called, way)
        with self._computing(called, trip):
            travel(trip, lambda job: self.stage.watch(job, called))

    def _travel_interrupted(self) -> Interruption:
        trip = self._trip(KILLED, self.bench.declaration.raw)
        with self._computing(KILLED, trip):
            return travel_interrupted(trip, self.bench.count(ORACLE), self.stage.show)

    def _trip(self, called: str, way: Way) -> Trip:
        subject = self.subject
        folder = subject.folder / called
        return Trip(called, subject.root, subject.use_case, way, self.inputs, folder, subject.options)

    @contextmanager
    def _computing(self, called: str, trip: Trip | None = None) -> Iterator[None]:
        """Time a computation, then note what it is and what came out."""
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        if trip:
            self.bench.take(called, trip.way.writes, trip.folder)
        self._note(called, HOW[called].format(trip.way.pipeline if trip else ""), seconds, trip)

    def _note(self, called: str, how: str, seconds: float, trip: Trip | None = None) -> None:
        self.computations[called] = Computation(
            name=called,
            how=how,
            rows=self.bench.count(called),
            seconds=round(seconds, 1),
            result_sha256=self.bench.fingerprint(called),
            sql_sha256=feature_sql_sha256(prepare(trip.run)[1], trip.root) if trip else None,
        )

    def _comparisons(self) -> list[Comparison]:
        """Everything with the oracle or its part, and each way with the one before it."""
        declared = self.bench.declaration.tolerances()
        pairs = [(HISTORY, ORACLE), (RAW, ORACLE), (KILLED, ORACLE), (RAW, HISTORY), (KILLED, RAW)]
        found = [
            self.bench.compare(left, right, declared if right == ORACLE else {}) for left, right in pairs
        ]
        if PUBLISHED in self.computations:
            found.append(self.bench.compare(PUBLISHED, ORACLE, self._tolerances()))
        found += [
            self.bench.compare(called, of_oracle, declared) for called, of_oracle in self.opinions.items()
        ]
        return found

    def _tolerances(self) -> dict[str, float]:
        """For what a publication adds up in floating point."""
        columns = self.bench.contract.columns
        return {
            each.name: self.subject.tolerance for each in columns if each.duckdb_type in {"DOUBLE", "FLOAT"}
        }

    def _certificate(self, interruption: Interruption, comparisons: list[Comparison]) -> Certificate:
        subject, bench = self.subject, self.bench
        return Certificate(
            use_case=subject.use_case,
            made_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            days=subject.days,
            contract=bench.contract.name,
            key=bench.key,
            inputs=self._inputs(),
            computations=[*self.computations.values()],
            interruption=interruption,
            comparisons=comparisons,
            ties=bench.ties(),
            declaration_sha256=sha256_of(subject.root / "sql" / subject.use_case / FILE),
            operators_sha256=sha256_of(*operator_jars(subject.root)),
            versions=versions(),
        )

    def _inputs(self) -> list[Input]:
        declaration = self.bench.declaration
        tables = dict.fromkeys([*declaration.history.reads, *declaration.raw.reads])
        return [self._input(table) for table in tables]

    def _input(self, table: str) -> Input:
        files = table_files(self.inputs / table)
        return Input(table=table, rows=sum(map(lines_of, files)), sha256=sha256_of(*files))
