"""What scoring with one model costs on this machine, measured on rows of its own."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import median
from typing import TYPE_CHECKING, Any, Callable

import numpy as np

from headrace.models.artifact import GOLDEN, Artifact, load_artifact, read_file
from headrace.models.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from numpy.typing import NDArray

    from headrace.planning.profile import Bundling

SIZES = (1, 10, 100, 1_000, 5_000)
"""Rows of a batch."""
REPEATS = 7
ROWS_ALONE = 100
"""So many single rows are scored in one repeat, since one is over too soon."""
EXPLAINED = 10
"""Alerts that are explained together, when reasons are measured; one of the sizes."""


@dataclass(frozen=True)
class Inference:
    """What scoring costs; seconds are medians of repeated runs.

    Attributes:
        version: of the model.
        row: seconds for a row by itself, without reasons.
        batches: seconds a call without reasons, by rows of the batch.
        reasons: seconds for the reasons of one row.
        alerting: share of the rows that get reasons, 0 to 1.
        memory: bytes that a worker needs for the loaded model.
    """

    version: str
    row: float
    batches: Mapping[int, float]
    reasons: float
    alerting: float
    memory: int

    @property
    def by_row(self) -> float:
        """Seconds for a row by itself, with reasons for the share that alerts."""
        return self.row + self.alerting * self.reasons

    def of_batch(self, rows: float) -> float:
        """Seconds for a batch, with reasons for the share that alerts.

        Never less for more rows. Between the sizes that were measured it is a straight line, as it is beyond the last.

        Args:
            rows: at least 1; an average, so not necessarily a whole number.
        """
        sizes = sorted(self.batches)
        seconds = np.maximum.accumulate([self.batches[size] for size in sizes])
        known = float(np.interp(rows, sizes, seconds))
        beyond = max(0.0, rows - sizes[-1]) * float(seconds[-1]) / sizes[-1]
        return known + beyond + self.alerting * rows * self.reasons

    def of_bundle(self, bundling: Bundling, rate: float) -> float:
        """Seconds for the rows that are scored together, when ``rate`` a second come to one slot."""
        return self.by_row if bundling.by_row else self.of_batch(bundling.rows_at(rate))


@dataclass(frozen=True)
class Stopwatch:
    """Takes the median of some runs, one more before them to warm up.

    Args:
        repeats: runs that the median is of.
        clock: seconds.
    """

    repeats: int = REPEATS
    clock: Callable[[], float] = time.perf_counter

    def seconds(self, run: Callable[[], object]) -> float:
        """Median seconds of a run."""
        run()
        found = []
        for _ in range(self.repeats):
            began = self.clock()
            run()
            found.append(self.clock() - began)
        return median(found)


def measure_inference(artifact: Artifact, stopwatch: Stopwatch | None = None) -> Inference:
    """Score the golden rows of an artifact again and again, alone and in batches of `SIZES`.

    Nothing else of a job is in it: no Flink, no pandas, no transport.

    Args:
        artifact: a checked one.
        stopwatch: by default one of seven runs.
    """
    watch, rows = stopwatch or Stopwatch(), golden_rows(artifact)
    plain, explained = Scorer(artifact, reasons=0), Scorer(artifact, explain_all=True)
    columns = {size: columns_of(artifact, rows, size) for size in SIZES}
    batches = {size: watch.seconds(partial(plain.score_batch, each)) for size, each in columns.items()}
    with_reasons = watch.seconds(partial(explained.score_batch, columns[EXPLAINED]))
    return Inference(
        version=artifact.manifest.version,
        row=watch.seconds(partial(_one_by_one, plain, rows)) / ROWS_ALONE,
        batches=batches,
        reasons=max(0.0, with_reasons - batches[EXPLAINED]) / EXPLAINED,
        alerting=alerting_share(artifact, rows),
        memory=loaded_bytes(artifact.path),
    )


def golden_rows(artifact: Artifact) -> list[dict[str, Any]]:
    """Features by name, a row, from the lowest score of the model's evaluation to the highest."""
    lines = read_file(artifact.path / GOLDEN).splitlines()
    return [json.loads(line)["features"] for line in lines]


def columns_of(artifact: Artifact, rows: Sequence[Mapping[str, Any]], count: int) -> dict[str, NDArray[Any]]:
    """``count`` rows as columns, the given ones over and over."""
    repeated = [rows[number % len(rows)] for number in range(count)]
    return {each.name: np.array([row[each.name] for row in repeated]) for each in artifact.manifest.features}


def alerting_share(artifact: Artifact, rows: Sequence[Mapping[str, Any]]) -> float:
    """Share of events that alert: of those the model was evaluated on, else of the given rows."""
    judged = artifact.manifest.document.get("evaluation")
    if judged and judged.get("rows"):
        metrics = judged["metrics"]
        return min(1.0, float(metrics["alerts_per_day"] * metrics["days"] / judged["rows"]))
    scored = Scorer(artifact, reasons=0).score_batch(columns_of(artifact, rows, len(rows)))
    return sum(each.decision == "alert" for each in scored) / len(scored)


def loaded_bytes(path: Path) -> int:
    """How much a process grows by when it loads an artifact, in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_load, args=(theirs, str(path)), daemon=True)
    process.start()
    theirs.close()
    try:
        return int(ours.recv())
    finally:
        process.join()
        ours.close()


def _load(pipe: Connection, path: str) -> None:
    import psutil

    before = psutil.Process().memory_info().rss
    scorer = Scorer(load_artifact(path))
    pipe.send(psutil.Process().memory_info().rss - before)
    del scorer


def _one_by_one(scorer: Scorer, rows: Sequence[Mapping[str, Any]]) -> None:
    for number in range(ROWS_ALONE):
        scorer.score_one(rows[number % len(rows)])
