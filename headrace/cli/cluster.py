"""``headrace cluster``: a whole cluster on this machine."""

from __future__ import annotations

import re
from typing import Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cluster.local import LocalCluster
from headrace.errors import HeadraceError
from headrace.runtime.suite import find_root

_SECRET = re.compile(r"access.?key|secret|password|token", re.IGNORECASE)

cluster = typer.Typer(
    name="cluster",
    help="A Kafka broker and a Flink cluster on this machine, from jars and the PyFlink wheel: no Docker.",
    no_args_is_help=True,
)


@cluster.command()
def up(
    folder: options.Cluster = options.DEFAULT_CLUSTER,
    task_managers: Annotated[Optional[int], typer.Option(min=1, help="How many; 1 if not given.")] = None,
    slots: Annotated[Optional[int], typer.Option(min=1, help="Of each task manager; 4 if not given.")] = None,
    ui_port: Annotated[Optional[int], typer.Option(help="Port of the Flink web UI.")] = None,
    kafka_port: Annotated[Optional[int], typer.Option(help="Port of the broker.")] = None,
    flink: Annotated[
        Optional[list[str]],
        typer.Option(
            "-D", help="A Flink option, key=value; may be repeated. Those of before if none is given."
        ),
    ] = None,
    root: options.Root = None,
) -> None:
    """Start what does not run: ZooKeeper, Kafka, job manager, task managers, SQL gateway; what dies is restarted.

    Examples: headrace cluster up --task-managers 2 --slots 2 ·
    headrace cluster up -D execution.checkpointing.savepoint-dir=s3://bucket/savepoints
    """
    asked = {"task_managers": task_managers, "slots": slots, "web_ui": ui_port, "kafka": kafka_port}
    found = LocalCluster(folder, find_root(root))
    with console.err.status("starting ZooKeeper, broker, job manager, task managers, SQL gateway"):
        found.up({name: value for name, value in asked.items() if value is not None}, _without_secrets(flink))
    places = (
        f"web UI {found.monitor.address} · Kafka {found.bootstrap_servers} · SQL gateway {found.sql_gateway}"
    )
    said = f"{places} · all of it in {folder}"
    console.out.print(said, markup=False, soft_wrap=True)


def _without_secrets(flink: list[str] | None) -> dict[str, str]:
    """Options, but for those that are not for everybody: they would stand in files, and the list of processes."""
    found = options.flink_options(flink)
    secret = [name for name in found if _SECRET.search(name)]
    if secret:
        raise HeadraceError(
            f"{', '.join(secret)} would be written into files that others may read",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where headrace cluster up is called.",
        )
    return found


@cluster.command()
def down(folder: options.Cluster = options.DEFAULT_CLUSTER, root: options.Root = None) -> None:
    """Stop everything; what the broker and the checkpoints hold stays.

    Example: headrace cluster down
    """
    with console.err.status("stopping"):
        stopped = LocalCluster(folder, find_root(root)).down()
    console.out.print(f"stopped {', '.join(stopped)}" if stopped else "nothing ran")


@cluster.command()
def status(
    folder: options.Cluster = options.DEFAULT_CLUSTER, root: options.Root = None, json: options.Json = False
) -> None:
    """Show the processes of the cluster, asked whether they answer; exit code 1 when one does not.

    Example: headrace cluster status
    """
    found = LocalCluster(folder, find_root(root)).status()
    if json:
        console.print_json(found)
    else:
        columns = ["process", "state", "pid", "memory_mb", "address"]
        rows = [[str(row[column] or "–") for column in columns] for row in found]
        console.print_table("", ["process", "state", "pid", "MB", "address"], rows)
        for row in found:
            if row["reason"]:
                console.err.print(f"{row['process']}: {row['reason']}", markup=False, soft_wrap=True)
    if any(row["state"] != "running" for row in found):
        raise typer.Exit(1)
