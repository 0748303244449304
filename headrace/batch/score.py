"""Scores the rows of a table or file by the same function, and the same deployment log, as the stream does."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headrace.deployments.scorer import NO_TIME
from headrace.errors import HeadraceError
from headrace.models.scorer import Scored, Scorer
from headrace.tables.database import name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.deployments.scorer import DeployedScorer
    from headrace.models.manifest import Manifest

ROWS = 10_000
"""Rows scored at once."""
TIME, KEY = "__event_time", "__key"
RESULT = [(each, pa.float64() if each == "score" else pa.string()) for each in Scored._fields]


@dataclass(frozen=True)
class Batch:
    """What to score, and where the results belong.

    Args:
        connection: sees the rows.
        relation: what stands after FROM.
        scorer: a model, or a deployment log.
        manifest: names features, key, entity and event time; of the model, or of the log's champion.
        output: the file to be; Parquet.
        at: event time of all rows in milliseconds since 1970; None: each row has its own.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    scorer: Scorer | DeployedScorer
    manifest: Manifest
    output: Path
    at: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a batch ended.

    Args:
        path: the results.
        rows: how many.
        errors: how many of them could not be scored; their ``error`` says why.
        versions: rows by the version that scored them.
        scored_before: whether the results were there already, and nothing was done.
    """

    path: str
    rows: int = 0
    errors: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    scored_before: bool = False


def score_batch(batch: Batch) -> Outcome:
    """Score all rows, in order of event time and key; the file is there whole or not at all.

    Returns:
        What became of it. When the file is there already nothing is done: a run that is started twice scores once.

    Raises:
        HeadraceError: a feature or the event time is not among the columns, or has values of another type; the source
            is damaged.
        StaleLogError: rows are dated so far ahead that their version is not settled yet.
    """
    if batch.output.exists():
        return _outcome(batch.output, scored_before=True)
    batch.output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = batch.output.with_name(f".{batch.output.name}.{os.getpid()}.unfinished")
    try:
        _write(batch, unfinished)
        unfinished.replace(batch.output)
    except duckdb.Error as error:
        said = " ".join(str(error).split("\n\n", 1)[0].split())
        raise HeadraceError(f"{batch.relation} can not be read as it should: {said}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return _outcome(batch.output)


def _write(batch: Batch, path: Path) -> None:
    writer = None
    try:
        for part in _parts(batch):
            results = _results(batch, part)
            writer = writer or pq.ParquetWriter(path, results.schema)
            writer.write_table(results)
    finally:
        if writer:
            writer.close()


def _parts(batch: Batch) -> Iterator[pa.Table]:
    """The rows in parts; one that is empty when there are none."""
    reader = pa.RecordBatchReader.from_stream(batch.connection.sql(_query(batch)))
    found = False
    for part in reader:
        for begin in range(0, part.num_rows, ROWS):
            found = True
            yield pa.Table.from_batches([part.slice(begin, ROWS)])
    if not found:
        yield reader.schema.empty_table()


def _query(batch: Batch) -> str:
    """Key, entity and event time as they are; event time and key as they decide; features in their types."""
    columns = batch.manifest.document["columns"]
    there = _columns(batch)
    kept = [columns[part] for part in ("key", "entity", "event_time") if columns[part] in there]
    own = f"coalesce(epoch_ms(CAST({name(columns['event_time'])} AS TIMESTAMPTZ)), {NO_TIME})"
    time = own if batch.at is None else batch.at
    key = name(columns["entity"]) if columns["entity"] in there else "NULL"
    selected = [
        *map(name, kept),
        f"CAST({time} AS BIGINT) AS {TIME}",
        f"CAST({key} AS VARCHAR) AS {KEY}",
        *(
            f"CAST({name(each.name)} AS {each.type}) AS {name('__' + each.name)}"
            for each in batch.manifest.features
        ),
    ]
    order = ", ".join([TIME, *map(name, kept)])
    return f"SELECT {', '.join(selected)} FROM {batch.relation} ORDER BY {order}"  # noqa: S608 -- names are quoted


def _columns(batch: Batch) -> set[str]:
    """The columns of the source, which are all that is needed, or more."""
    query = f"DESCRIBE SELECT * FROM {batch.relation}"  # noqa: S608 -- quoted by whoever made it
    there = {row[0] for row in batch.connection.execute(query).fetchall()}
    wanted = {feature.name for feature in batch.manifest.features}
    if batch.at is None:
        wanted.add(batch.manifest.document["columns"]["event_time"])
    missing = ", ".join(sorted(wanted - there))
    if missing:
        raise HeadraceError(
            f"{batch.relation} has no column {missing}; it has: {', '.join(sorted(there))}",
            f"Give it the columns that {batch.manifest.version} was trained on; --at stands for the event time.",
        )
    return there


def _results(batch: Batch, part: pa.Table) -> pa.Table:
    """The rows of a part with what was said of them."""
    names = [feature.name for feature in batch.manifest.features]
    columns = {each: part[f"__{each}"].to_numpy() for each in names}
    scored = _scored(batch.scorer, columns, part)
    kept = [each for each in part.column_names if not each.startswith("__")]
    result = part.select(kept)
    for position, (column, kind) in enumerate(RESULT):
        result = result.append_column(column, pa.array([each[position] for each in scored], kind))
    return result


def _scored(scorer: Scorer | DeployedScorer, columns: dict[str, Any], part: pa.Table) -> list[Scored]:
    if isinstance(scorer, Scorer):
        return scorer.score_batch(columns)
    return scorer.score_batch(columns, part[TIME].to_numpy().astype(np.int64), part[KEY].to_pylist())


def _outcome(path: Path, *, scored_before: bool = False) -> Outcome:
    found = pq.read_table(path, columns=["model_version", "error"])
    versions = Counter(each or "none" for each in found["model_version"].to_pylist())
    errors = found.num_rows - found["error"].null_count
    return Outcome(str(path), found.num_rows, errors, dict(sorted(versions.items())), scored_before)
