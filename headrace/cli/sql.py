"""``headrace sql``: Flink's SQL client on the cluster, with a use case's names known."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.run import MODEL, newest_model
from headrace.cluster.archive import pack_suite
from headrace.cluster.local import LocalCluster
from headrace.runtime.configuration import operator_jars, read_profile
from headrace.runtime.resolve import Resolver
from headrace.runtime.suite import Suite, find_root
from headrace.sql_client.client import SqlClient
from headrace.sql_client.init_file import JOB, init_statements


def sql(
    use_case: Annotated[str, typer.Argument(help="A folder under sql/.")] = "fraud",
    file: Annotated[
        Optional[Path], typer.Option("--file", "-f", help="Run these statements instead of asking for them.")
    ] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the command and write its files, start nothing.")
    ] = False,
    model: Annotated[
        Optional[Path],
        typer.Option(help="What score(…) scores with; the newest one under <data>/models if not given."),
    ] = None,
    environment: options.Environment = "kafka",
    profile: options.Profile = "low-latency",
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Open Flink's own SQL client: SELECT * FROM predictions, with all tables, views and functions registered.

    Examples: headrace sql · headrace sql --file queries.sql · headrace sql --environment local
    """
    options.use_broker_of(cluster)
    place = find_root(root)
    local = LocalCluster(cluster, place)
    client = SqlClient(
        local, pack_suite(place, local.home.folder / "suites"), local.home.folder / f"init-{use_case}.sql"
    )
    resolver = _resolver(Suite(place), use_case, environment, data, options.pairs(values))
    scores_with = model or newest_model(data / "models")
    parameters = {MODEL: str(scores_with.resolve())} if scores_with else {}
    text = init_statements(
        resolver, read_profile(place, profile or "low-latency"), operator_jars(place), parameters
    )
    _write(client.init, text)
    if only_print:
        console.out.print(shlex.join(client.command(file)), soft_wrap=True)
        return
    client.run(file)


def _resolver(suite: Suite, use_case: str, environment: str, data: Path, values: dict[str, str]) -> Resolver:
    own = {"HEADRACE_DATA": str(data.resolve()), "HEADRACE_JOB": JOB}
    bindings = suite.bindings(environment, use_case)
    return Resolver(suite.use_case(use_case), bindings, environment, {**os.environ, **own, **values})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
