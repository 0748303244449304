"""``headrace cluster``: a whole cluster on this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.demo import DEMO_DATA
from headrace.cluster.local import LocalCluster
from headrace.cluster.shutdown import cancel_queries, running_jobs, stop_jobs
from headrace.demo.story import load_demo
from headrace.errors import HeadraceError
from headrace.runtime.network import HIGHEST_PORT, LOWEST_PORT
from headrace.runtime.run import make_importable
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
    ui_port: options.UiPort = None,
    kafka_port: Annotated[
        Optional[int], typer.Option(help="Port of the broker.", min=LOWEST_PORT, max=HIGHEST_PORT)
    ] = None,
    tls: Annotated[
        Optional[str],
        typer.Option(
            help="A folder of certificates: who has none of them is refused. As before if not given; '' for none."
        ),
    ] = None,
    flink: Annotated[
        Optional[list[str]],
        typer.Option(
            "-D", help="A Flink option, key=value; may be repeated. Those of before if none is given."
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Then send a demo's events through its live job: data, model, topics, job."
        ),
    ] = False,
    use_case: Annotated[str, typer.Option(help="With --demo: a file in demos/.")] = "fraud",
    rate: Annotated[float, typer.Option(min=0, help="With --demo: raw events a second.")] = 200.0,
    data: Annotated[
        Path, typer.Option(help="With --demo: the folder of its data and model; made if it is not there.")
    ] = DEMO_DATA,
    root: options.Root = None,
) -> None:
    """Start what does not run: ZooKeeper, Kafka, job manager, task managers, SQL gateway; what dies is restarted.

    Examples: headrace cluster up --task-managers 2 --slots 2 · headrace cluster up --demo ·
    headrace cluster up -D execution.checkpointing.savepoint-dir=s3://bucket/savepoints
    """
    sizes = {"task_managers": task_managers, "slots": slots, "web_ui": ui_port, "kafka": kafka_port}
    asked = {**sizes, "tls": str(Path(tls).resolve()) if tls else tls}
    found = LocalCluster(folder, find_root(root))
    with console.err.status("starting ZooKeeper, broker, job manager, task managers, SQL gateway"):
        found.up({name: value for name, value in asked.items() if value is not None}, _without_secrets(flink))
    places = (
        f"web UI {found.monitor.address} · Kafka {found.bootstrap_servers} · SQL gateway {found.sql_gateway}"
    )
    said = f"{places} · all of it in {folder}"
    console.out.print(said, markup=False, soft_wrap=True)
    if demo:
        _play(found, use_case, data, rate)


def _play(found: LocalCluster, use_case: str, data: Path, rate: float) -> None:
    from headrace.cli.cluster_demo import ClusterDemo

    make_importable(found.root)
    ClusterDemo(load_demo(found.root, use_case), found, data, rate).play()


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
def down(
    folder: options.Cluster = options.DEFAULT_CLUSTER,
    now: Annotated[
        bool, typer.Option("--now", help="Without savepoints: jobs go on from their newest checkpoints.")
    ] = False,
    root: options.Root = None,
) -> None:
    """Stop jobs with a savepoint, then everything; what the broker, checkpoints and savepoints hold stays.

    Example: headrace cluster down
    """
    found = LocalCluster(folder, find_root(root))
    if cancel_queries(found):
        _say("queries of SQL sessions ended")
    if now:
        _say_left(found)
    else:
        _stop_jobs(found)
    with console.err.status("stopping"):
        stopped = found.down()
    console.out.print(f"stopped {', '.join(stopped)}" if stopped else "nothing ran")


def _say_left(found: LocalCluster) -> None:
    for job in running_jobs(found):
        _say(f"{job['name']} goes on from its newest checkpoint with the next headrace cluster up")


def _stop_jobs(found: LocalCluster) -> None:
    with console.err.status("stopping jobs with savepoints"):
        stopped = stop_jobs(found)
    for job in stopped:
        _say(f"{job.name} stopped; its state is {job.savepoint}")
        if job.archive:
            _say(f"after headrace cluster up it goes on from there: headrace resume {job.job}")


def _say(sentence: str) -> None:
    console.err.print(sentence, markup=False, soft_wrap=True)


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
                _say(f"{row['process']}: {row['reason']}")
    if any(row["state"] != "running" for row in found):
        raise typer.Exit(1)
