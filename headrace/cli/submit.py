"""``headrace submit``, ``upgrade``, ``resume``: jobs start on a cluster of this machine."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.run import model_parameters
from headrace.cli.submission import (
    PARAMETERS,
    given_values,
    job_of,
    keep_shell_out,
    open_submitter,
    print_changes,
    require_services,
    run_of,
    submission_of,
)
from headrace.cluster.places import places_of, require_same_places
from headrace.cluster.request import Request, changes, request_of, suite_change
from headrace.cluster.submitter import secrets_of
from headrace.runtime.run import prepare

if TYPE_CHECKING:
    from headrace.cluster.submission import Submission
    from headrace.cluster.submitter import Submitter
    from headrace.runtime.job import Job as RunJob

Job = Annotated[str, typer.Argument(help="A module in jobs/, for example realtime.")]
Model = Annotated[
    Optional[Path],
    typer.Option(help="The artifact that scores; the newest one under <data>/models if not given."),
]
Deployments = Annotated[
    Optional[str],
    typer.Option(help="Instead: the log that says which version scores; <data>/deployments if there is one."),
]
Parallelism = Annotated[
    Optional[int], typer.Option("--parallelism", "-p", min=1, help="How wide; 1, or as before, if not given.")
]
Moved = Annotated[
    bool,
    typer.Option(
        "--allow-moved-tables", help="Go on from a savepoint that does not know where the tables are."
    ),
]
AS_BEFORE = "As it was submitted if not given."
DEFAULT_ENVIRONMENT = "kafka"
DEFAULT_PROFILE = "low-latency"


def submit(
    job: Job,
    model: Model = None,
    deployments: Deployments = None,
    environment: options.Environment = DEFAULT_ENVIRONMENT,
    profile: options.Profile = DEFAULT_PROFILE,
    parallelism: Parallelism = None,
    flink: options.Flink = None,
    state: Annotated[str, typer.Option("--from", help="A savepoint or checkpoint to start from.")] = "",
    moved: Moved = False,
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
    submitter = open_submitter(cluster, root)
    chosen = job_of(submitter, job)
    request = Request(
        environment=environment,
        profile=profile or DEFAULT_PROFILE,
        data=str(data.resolve()),
        scored_by=_scored_by(chosen, model, data, deployments),
        values=given_values(values),
        parallelism=parallelism or 1,
        flink=options.given_options(flink),
    )
    wanted = submission_of(submitter, chosen, request)
    if not moved:
        _require_places_of(submitter, wanted, state)
    _print_command(submitter, wanted, state)
    if only_print:
        return
    require_services(run_of(submitter, chosen, request_of(wanted)))
    with console.err.status(f"submitting {wanted.name}"):
        done = submitter.submit(wanted, state)
    _say_at_work(submitter, done)


def upgrade(
    job: Job,
    model: Annotated[Optional[Path], typer.Option(help=f"The artifact that scores. {AS_BEFORE}")] = None,
    deployments: Annotated[
        Optional[str], typer.Option(help=f"Instead: the log that says which version scores. {AS_BEFORE}")
    ] = None,
    environment: Annotated[Optional[str], typer.Option(help=f"Where the tables are. {AS_BEFORE}")] = None,
    profile: Annotated[Optional[str], typer.Option(help=f"How Flink is set. {AS_BEFORE}")] = None,
    parallelism: Parallelism = None,
    flink: options.Flink = None,
    data: Annotated[Optional[Path], typer.Option(help=f"The folder of local tables. {AS_BEFORE}")] = None,
    values: options.Values = None,
    moved: Moved = False,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Stop a job with a savepoint and start this checkout's version from it, asked for as it was; say what changes.

    What is given changes that alone; --set and -D add to those of before. The old version runs again if the new one
    does not come up.

    Examples: headrace upgrade realtime · headrace upgrade realtime --parallelism 3
    """
    submitter = open_submitter(cluster, root)
    known = submitter.submissions.require(job)
    chosen, before = job_of(submitter, known.job), request_of(known)
    keep_shell_out(known, before.values)
    place = data or Path(before.data)
    after = before.changed(
        environment=environment,
        profile=profile,
        data=str(data.resolve()) if data else None,
        scored_by=_scored_by(chosen, model, place, deployments) if model or deployments else None,
        values=given_values(values),
        parallelism=parallelism,
        flink=options.given_options(flink),
    )
    wanted = submission_of(submitter, chosen, after)
    complete = replace(request_of(wanted), flink=after.flink)
    print_changes([*changes(before, complete), *suite_change(known, wanted)])
    if not moved:
        _require_known_places(submitter, known, wanted)
    require_services(run_of(submitter, chosen, complete))
    with console.err.status(f"upgrading {wanted.name}"):
        done = submitter.upgrade(wanted, moved=moved)
    _say_at_work(submitter, done)


def resume(
    job: Job,
    parallelism: Parallelism = None,
    flink: options.Flink = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
) -> None:
    """Start a job again, as it was submitted, from its savepoint or else its newest checkpoint.

    Examples: headrace resume realtime · headrace resume realtime --parallelism 3
    """
    submitter = open_submitter(cluster, root)
    known = submitter.submissions.require(job)
    before, given = request_of(known), options.given_options(flink)
    keep_shell_out(known, before.values)
    print_changes(changes(before, before.changed(parallelism=parallelism, flink=given)))
    with console.err.status(f"resuming {known.name}"):
        done = submitter.resume(job, parallelism, given)
    _say_at_work(submitter, done)


def _scored_by(job: RunJob, model: Path | None, data: Path, deployments: str | None) -> dict[str, str]:
    found = model_parameters(job, model, data, deployments)
    return {name: found[parameter] for name, parameter in PARAMETERS.items() if parameter in found}


def _require_places_of(submitter: Submitter, wanted: Submission, state: str) -> None:
    """A savepoint of the job's last submission knows the tables of that one."""
    known = submitter.submissions.find(wanted.name)
    if known and state and (state == known.savepoint or (known.job_id and known.job_id in state)):
        require_same_places(known.name, known.places, wanted.places)


def _require_known_places(submitter: Submitter, known: Submission, wanted: Submission) -> None:
    """A submission of an earlier version does not say where its tables are: this checkout's connectors do."""
    if not known.places:
        before = run_of(submitter, job_of(submitter, known.job), request_of(known))
        known = replace(known, places=places_of(prepare(before)[1]))
        submitter.submissions.write(known)
    require_same_places(known.name, known.places, wanted.places)


def _print_command(submitter: Submitter, wanted: Submission, state: str) -> None:
    variables = submitter.cluster.home.own_variables()
    said = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    secrets = [f'{name}="${name}"' for name in secrets_of(wanted)]
    console.out.print(
        f"{' '.join([*said, *secrets])} \\\n  {shlex.join(submitter.command(wanted, state))}",
        markup=False,
        soft_wrap=True,
    )


def _say_at_work(submitter: Submitter, done: Submission) -> None:
    address = submitter.cluster.monitor.address
    said = f"{done.name} is at work as {done.job_id} · web UI {address}/#/job/running/{done.job_id}"
    console.out.print(said, markup=False, soft_wrap=True)
