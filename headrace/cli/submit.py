"""``headrace submit``, ``upgrade``, ``resume``, ``stop``, ``jobs``: jobs on a cluster of this machine."""

from __future__ import annotations

import os
import shlex
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.run import model_parameters
from headrace.cluster.archive import pack_suite
from headrace.cluster.local import LocalCluster
from headrace.cluster.submission import Submission, Submitter
from headrace.connectors.environment import jars_beside
from headrace.connectors.services import require_services_of
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, make_importable, prepare
from headrace.runtime.suite import Suite, find_root

Job = Annotated[str, typer.Argument(help="A module in jobs/, for example realtime.")]
Model = Annotated[
    Optional[Path],
    typer.Option(help="The artifact that scores; the newest one under <data>/models if not given."),
]
Parallelism = Annotated[
    Optional[int], typer.Option("--parallelism", "-p", min=1, help="How wide; 1 if not given.")
]
DEFAULT_ENVIRONMENT = "kafka"
DEFAULT_PROFILE = "low-latency"


def submit(
    job: Job,
    model: Model = None,
    environment: options.Environment = DEFAULT_ENVIRONMENT,
    profile: options.Profile = DEFAULT_PROFILE,
    parallelism: Parallelism = None,
    flink: options.Flink = None,
    state: Annotated[str, typer.Option("--from", help="A savepoint or checkpoint to start from.")] = "",
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the flink command, submit nothing.")
    ] = False,
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Submit a job to the cluster and wait until it is at work. It is flink run; the command is printed.

    Example: headrace submit realtime --model work/data/models/VERSION
    """
    submitter = _submitter(cluster, root)
    asked = _asked(submitter, job, model, environment, profile or DEFAULT_PROFILE, data, values)
    wanted = _submission(submitter, asked, parallelism, flink)
    _print_command(submitter, wanted, state)
    if only_print:
        return
    _check(asked)
    with console.err.status(f"submitting {wanted.name}"):
        done = submitter.submit(wanted, state)
    _say_at_work(submitter, done)


def upgrade(
    job: Job,
    model: Model = None,
    environment: options.Environment = DEFAULT_ENVIRONMENT,
    profile: options.Profile = DEFAULT_PROFILE,
    parallelism: Parallelism = None,
    flink: options.Flink = None,
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Stop a job with a savepoint and start this version from it; the old one again if it does not come up.

    Example: headrace upgrade realtime
    """
    submitter = _submitter(cluster, root)
    asked = _asked(submitter, job, model, environment, profile or DEFAULT_PROFILE, data, values)
    wanted = _submission(submitter, asked, parallelism, flink)
    _check(asked)
    with console.err.status(f"upgrading {wanted.name}"):
        done = submitter.upgrade(wanted)
    _say_at_work(submitter, done)


def resume(
    job: Job,
    parallelism: Parallelism = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Start a job again, as it was submitted, from its savepoint or else its newest checkpoint.

    Example: headrace resume realtime
    """
    submitter = _submitter(cluster, root)
    with console.err.status(f"resuming {job}"):
        done = submitter.resume(job, ("-p", str(parallelism)) if parallelism else ())
    _say_at_work(submitter, done)


def stop(
    job: Annotated[str, typer.Argument(help="A module in jobs/, or the name or id of a running job.")],
    drain: Annotated[
        bool, typer.Option("--drain", help="End time first: windows fire. Not meant to be resumed.")
    ] = False,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Stop a job with a savepoint: sources end, sinks commit.

    Example: headrace stop realtime
    """
    submitter = _submitter(cluster, root)
    with console.err.status(f"stopping {job}"):
        stopped = submitter.stop(job, drain=drain)
    console.out.print(
        f"{stopped.name} stopped; its state is {stopped.savepoint}", markup=False, soft_wrap=True
    )
    console.err.print(f"headrace resume {stopped.job} goes on from there")


def jobs(
    cluster: options.Cluster = options.DEFAULT_CLUSTER, root: options.Root = None, json: options.Json = False
) -> None:
    """Show the jobs of the cluster, those that have ended too.

    Example: headrace jobs
    """
    submitter = _submitter(cluster, root)
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
    stopped = [each for each in submitter.known() if each.savepoint]
    for each in stopped:
        console.out.print(f"{each.name} can be resumed: headrace resume {each.job}")


def _submitter(cluster: Path, root: str | None) -> Submitter:
    found = LocalCluster(cluster, find_root(root))
    found.require_up()
    options.use_broker_of(cluster)
    return Submitter(found)


def _asked(
    submitter: Submitter,
    job: str,
    model: Path | None,
    environment: str,
    profile: str,
    data: Path,
    values: list[str] | None,
) -> Run:
    root = submitter.cluster.root
    make_importable(root)
    chosen = load_job(root, job)
    broker = {options.BROKER: os.environ[options.BROKER]}
    return Run(
        root=root,
        job=chosen,
        data=data,
        environment=environment,
        profile=profile,
        parameters=model_parameters(chosen, model, data),
        values={**broker, **options.pairs(values)},
    )


def _submission(
    submitter: Submitter, asked: Run, parallelism: int | None, flink: list[str] | None
) -> Submission:
    """What ``flink run`` is told, so that it asks for the same run."""
    own = [
        "--environment",
        asked.environment,
        "--profile",
        asked.profile,
        "--data",
        str(asked.data.resolve()),
    ]
    scored_by = [
        part for name, place in asked.parameters.items() for part in (f"--{name.rpartition('.')[2]}", place)
    ]
    values = [part for name, value in asked.values.items() for part in ("--set", f"{name}={value}")]
    for_flink = (f"-D{key}={value}" for key, value in options.flink_options(flink).items())
    return Submission(
        job=asked.job.pipeline,
        name=asked.job.name,
        archive=str(pack_suite(asked.root, submitter.cluster.home.folder / "suites")),
        options=("-p", str(parallelism or 1), *for_flink),
        arguments=(*own, *scored_by, *values),
        jars=_jars_beside(submitter.cluster, asked),
    )


def _jars_beside(cluster: LocalCluster, asked: Run) -> tuple[str, ...]:
    """What the environment's tables need beside what is in the cluster's lib."""
    jars = jars_beside(Suite(asked.root), asked.environment, cluster.home.part("lib"))
    return tuple(jar.as_uri() for jar in jars)


def _check(asked: Run) -> None:
    """What is wrong with the SQL, the topics, the broker or a registry is said before anything is started."""
    require_services_of(prepare(asked)[1])


def _print_command(submitter: Submitter, wanted: Submission, state: str) -> None:
    variables = submitter.cluster.home.own_variables()
    said = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    console.out.print(
        f"{said} \\\n  {shlex.join(submitter.command(wanted, state))}", markup=False, soft_wrap=True
    )


def _say_at_work(submitter: Submitter, done: Submission) -> None:
    address = submitter.cluster.monitor.address
    said = f"{done.name} is at work as {done.job_id} · web UI {address}/#/job/running/{done.job_id}"
    console.out.print(said, markup=False, soft_wrap=True)


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc):%Y-%m-%d %H:%M:%S}"
