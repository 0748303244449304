"""``headrace score``: predictions for the rows of a table or file, on a schedule."""

from __future__ import annotations

import glob
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.deployment_log import Deployments  # noqa: TC001 -- typer evaluates annotations at run time
from headrace.cli.run import model_parameters
from headrace.errors import HeadraceError
from headrace.names import RULE, checked_name, is_name, shown
from headrace.runtime.job import DEPLOYMENTS, DEPLOYMENTS_HEAD, MODEL, Job
from headrace.runtime.lock import claim
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    import duckdb

    from headrace.batch.score import Outcome
    from headrace.deployments.scorer import DeployedScorer
    from headrace.models.manifest import Manifest
    from headrace.models.scorer import Scorer
    from headrace.names import Name

RESULTS = "batch_predictions"
REASONS = 3
READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".jsonl": "read_json", ".json": "read_json"}


def score(
    source: Annotated[
        str, typer.Argument(help="A table of the data folder, or a Parquet, CSV or JSON lines file.")
    ],
    run: Annotated[
        Optional[str],
        typer.Option("--run", help="Names the results; the same run is scored once. The source's name."),
    ] = None,
    at: Annotated[
        Optional[str],
        typer.Option(help="Event time of all rows, which decides on the version; each has its own."),
    ] = None,
    model: Annotated[
        Optional[Path], typer.Option(help="The artifact that scores; the newest one if not given.")
    ] = None,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Score the rows of a table or file as the stream would, into <data>/batch_predictions/<run>.parquet.

    Example: headrace score customers.parquet --run 2026-11-25 --at 2026-11-25
    """
    from headrace.batch.score import Batch, score_batch
    from headrace.deployments.record import to_millis
    from headrace.training.period import moment

    name = checked_name(run, "--run") if run is not None else _run_of(source)
    parameters = model_parameters(Job("batch", "score", needs_model=True), model, data, deployments)
    connection, relation = _open(source, data, root)
    scorer, manifest = _scorer(parameters)
    output = data / RESULTS / f"{name}.parquet"
    batch = Batch(connection, relation, scorer, manifest, output, to_millis(moment(at)) if at else None)
    with claim(data, f"headrace score {name}", [f"{RESULTS}/{output.name}"]):
        outcome = score_batch(batch)
    if json:
        console.print_json(asdict(outcome))
    else:
        _print(outcome)


def _run_of(source: str) -> Name:
    """The run that is meant when none is named: the source's."""
    stem = Path(source).stem
    if not is_name(stem):
        raise HeadraceError(
            f"{shown(stem)}, what {shown(source)} is called, can not name the results: a name is {RULE}",
            "Name the run with --run.",
        )
    return checked_name(stem, "the source")


def _open(source: str, data: Path, root: str | None) -> tuple[duckdb.DuckDBPyConnection, str]:
    """A connection that sees the source, and what stands after FROM."""
    from headrace.tables.contract import read_tables
    from headrace.tables.database import connect, open_tables, text
    from headrace.tables.use_case import use_case_of

    path = Path(source)
    if path.suffix in READERS and path.is_file():
        return connect(), f"{READERS[path.suffix]}({text(glob.escape(str(path)))})"
    tables = read_tables(use_case_of(Suite(find_root(root)), data))
    if source not in tables:
        raise HeadraceError(
            f"{source!r} is no table of {data} and no file that ends in {', '.join(READERS)}",
            f"Tables: {', '.join(sorted(tables))}.",
        )
    return open_tables([tables[source]], data), source


def _scorer(parameters: dict[str, str]) -> tuple[Scorer | DeployedScorer, Manifest]:
    from headrace.deployments.author import Author
    from headrace.deployments.scorer import follow
    from headrace.deployments.store import open_store
    from headrace.deployments.versions import load_deployed
    from headrace.models.artifact import load_artifact
    from headrace.models.scorer import Scorer

    if MODEL in parameters:
        artifact = load_artifact(parameters[MODEL])
        return Scorer(artifact, REASONS), artifact.manifest
    store = open_store(parameters[DEPLOYMENTS])
    champion = Author(store).current()[0]
    head = parameters.get(DEPLOYMENTS_HEAD, "")
    return follow(parameters[DEPLOYMENTS], REASONS, head), load_deployed(champion, store.home).manifest


def _print(outcome: Outcome) -> None:
    rows = [(version, count) for version, count in outcome.versions.items()]
    console.print_table("", ["scored by", "rows"], rows)
    before = " were scored before: nothing was done" if outcome.scored_before else ""
    console.out.print(
        f"{outcome.rows:,} rows{before}, {outcome.errors:,} of them could not be scored", markup=False
    )
    console.out.print(f"results {outcome.path}", markup=False, soft_wrap=True)
