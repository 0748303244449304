"""``headrace jobs``, ``stop``: the jobs of a cluster of this machine."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

import typer

from headrace.cli import console, options
from headrace.cli.submission import open_submitter


def stop(
    job: Annotated[str, typer.Argument(help="A module in jobs/, or the name or id of a running job.")],
    drain: Annotated[
        bool, typer.Option("--drain", help="End time first: windows fire. Not meant to be resumed.")
    ] = False,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Stop a job with a savepoint as soon as all its tasks run: sources end, sinks commit.

    Example: headrace stop realtime
    """
    submitter = open_submitter(cluster, root)
    with console.err.status(f"stopping {job}"):
        stopped = submitter.stop(job, drain=drain)
    console.out.print(
        f"{stopped.name} stopped; its state is {stopped.savepoint}", markup=False, soft_wrap=True
    )
    if stopped.archive and not drain:
        console.err.print(f"headrace resume {stopped.job} goes on from there")


def jobs(
    cluster: options.Cluster = options.DEFAULT_CLUSTER, root: options.Root = None, json: options.Json = False
) -> None:
    """Show the jobs of the cluster, those that have ended too, and which of those that do not run can be resumed.

    Example: headrace jobs
    """
    submitter = open_submitter(cluster, root)
    found = submitter.cluster.monitor.jobs()
    if json:
        console.print_json(found)
        return
    columns = ["name", "state", "since (UTC)", "tasks", "id"]
    rows = [
        [job["name"], job["state"], _time(job["start-time"]), job["tasks"]["total"], job["jid"]]
        for job in found
    ]
    console.print_table("", columns, rows)
    for ended in submitter.resumable():
        console.out.print(f"{ended.name} can be resumed: headrace resume {ended.job}")


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc):%Y-%m-%d %H:%M:%S}"
