"""``headrace sql``: Flink's SQL client on the cluster, with a use case's names known."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.run import newest_model
from headrace.cli.submit import DEFAULT_ENVIRONMENT, DEFAULT_PROFILE
from headrace.cluster.archive import pack_suite
from headrace.cluster.local import LocalCluster
from headrace.connectors.environment import jars_beside
from headrace.runtime.configuration import operator_jars, python_programs, read_profile
from headrace.runtime.execution import EXECUTION_MODE, PROCESS
from headrace.runtime.folders import create_folders, write_private
from headrace.runtime.job import MODEL, Job
from headrace.runtime.run import Run, resolver_of
from headrace.runtime.suite import Suite, find_root
from headrace.sql_client.client import SqlClient
from headrace.sql_client.init_file import JOB, init_file, init_statements
from headrace.sql_client.session import open_session

IN_WORKERS = {EXECUTION_MODE: PROCESS}
"""Whatever the profile says: the client's jobs run on a cluster."""


def sql(
    use_case: Annotated[str, typer.Argument(help="A folder under sql/.")] = "fraud",
    file: Annotated[
        Optional[Path], typer.Option("--file", "-f", help="Run these statements instead of asking for them.")
    ] = None,
    query: Annotated[
        str, typer.Option("--query", "-q", help="Run this statement instead of asking for some.")
    ] = "",
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the command and write its files, start nothing.")
    ] = False,
    session: Annotated[
        bool,
        typer.Option(
            "--session", help="Open a session at the cluster's SQL gateway and print where, for scripts."
        ),
    ] = False,
    model: Annotated[
        Optional[Path],
        typer.Option(help="What score(…) scores with; the newest one under <data>/models if not given."),
    ] = None,
    environment: options.Environment = DEFAULT_ENVIRONMENT,
    profile: options.Profile = DEFAULT_PROFILE,
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Open Flink's own SQL client: SELECT * FROM predictions, with all tables, views and functions registered.

    Examples: headrace sql · headrace sql --query "SELECT * FROM predictions" · headrace sql --file queries.sql ·
    headrace sql --environment local · headrace sql --session
    """
    options.use_broker_of(cluster)
    place = find_root(root)
    local = LocalCluster(cluster, place)
    suite = pack_suite(place, local.home.folder / "suites")
    client = SqlClient(local, local.home.folder / f"init-{use_case}.sql")
    chosen = profile or DEFAULT_PROFILE
    job, given = Job(use_case, JOB), options.pairs(values)
    asked = Run(place, job, data, environment, chosen, values=given, options=IN_WORKERS)
    scores_with = model or newest_model(data / "models")
    parameters = {MODEL: str(scores_with.resolve())} if scores_with else {}
    python = {**python_programs(), "python.files": str(suite)}
    set_so = {**read_profile(place, chosen), **python}
    resolver = resolver_of(asked)
    jars = [*operator_jars(place), *jars_beside(Suite(place), environment, local.home.part("lib"))]
    statements = init_statements(resolver, set_so, jars, parameters)
    write_private(client.init, init_file(statements))
    create_folders(resolver.steps)
    if only_print:
        console.out.print(shlex.join(client.command(file)), soft_wrap=True)
    elif session:
        local.require_up()
        _print_session(local, statements)
    else:
        client.run(_script(local, query) if query else file)


def _script(local: LocalCluster, query: str) -> Path:
    """A file of one statement, in the cluster's folder: the client reads statements from files only."""
    script = local.home.folder / "query.sql"
    write_private(script, f"{query.strip().rstrip(';')};\n")
    return script


def _print_session(local: LocalCluster, statements: list[str]) -> None:
    opened = open_session(local.sql_gateway, statements, local.layout.context)
    console.out.print(opened.url, soft_wrap=True, markup=False)
