"""``headrace run``: a job in this process's own mini-cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.checks.model import check_deployments, check_model
from headrace.cli import console, options
from headrace.cli.deployment_log import LOG
from headrace.cli.log_head import read_seen
from headrace.cli.progress import watch, watch_live
from headrace.cli.topics import creation
from headrace.connectors.environment import environment_jars
from headrace.connectors.services import require_services_of
from headrace.deployments.head import head_of
from headrace.deployments.heads import SeenHead
from headrace.deployments.store import open_store
from headrace.errors import HeadraceError
from headrace.inbox.gate import Gate
from headrace.inbox.inbox import Inbox
from headrace.inbox.places import ARRIVED, INBOX
from headrace.planning.quantities import seconds_of
from headrace.runtime.job import DEPLOYMENTS, DEPLOYMENTS_HEAD, MODEL, Job, load_job
from headrace.runtime.outputs import claim_outputs, newest_checkpoint, outdated
from headrace.runtime.run import (
    Run,
    RunningJob,
    execution_of,
    make_importable,
    prepare,
    start,
)
from headrace.runtime.suite import Suite, find_root


def run(
    job: Annotated[str, typer.Argument(help="A module in jobs/, for example realtime.")],
    live: Annotated[
        bool, typer.Option("--live", help="Watch the inbox folder and go on until Ctrl-C.")
    ] = False,
    model: Annotated[
        Optional[Path],
        typer.Option(help="The artifact that scores; the newest one under <data>/models if not given."),
    ] = None,
    deployments: Annotated[
        Optional[str],
        typer.Option(
            help="Instead: the log that says which version scores; <data>/deployments if there is one."
        ),
    ] = None,
    environment: options.Environment = "",
    profile: options.Profile = None,
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    flink: options.Flink = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run stopped.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete what an earlier run wrote.")] = False,
    settle: Annotated[
        str, typer.Option(help="How long a file must stay unchanged in the inbox before it is taken.")
    ] = "2s",
    ui_port: options.UiPort = None,
    root: options.Root = None,
) -> None:
    """Run a job here: files in, files out, the Flink web UI on, no cluster needed.

    Examples: headrace run backfill · headrace run realtime --live
    """
    suite = find_root(root)
    make_importable(suite)
    chosen = load_job(suite, job)
    place = environment or ("live" if live else "local")
    asked = Run(
        root=suite,
        job=chosen,
        data=data,
        environment=place,
        profile=profile or ("low-latency" if live else "throughput"),
        parameters=model_parameters(chosen, model, data, deployments),
        values=options.pairs(values),
        resume=resume,
        overwrite=overwrite,
        ui_port=ui_port,
        options=options.given_options(flink),
        jars=environment_jars(Suite(suite), place),
    )
    check_scored_by(asked)
    _carry_out(asked, seconds_of(settle) if live else None)
    console.out.print(f"{chosen.name} finished; outputs in {data}", soft_wrap=True, markup=False)


def _carry_out(asked: Run, settle: float | None) -> None:
    """Run to the end, as the only writer of what it writes; live when files settle."""
    steps = prepare(asked)[1]
    require_services_of(steps, creation(asked.job.use_case, asked.environment, asked.values))
    with claim_outputs(asked, steps, *((INBOX, ARRIVED) if settle is not None else ())):
        inbox = None if settle is None else _inbox(asked, settle)
        running = start(asked)
        _say_started(running)
        _wait(running, inbox)


def _say_started(running: RunningJob) -> None:
    asked = running.run
    reason = execution_of(asked).reason
    if reason:
        console.err.print(
            f"Python functions run in workers, not in the JVM as {asked.profile} asks: {reason}",
            style="yellow",
            markup=False,
        )
    page = f"web UI {running.monitor.address} · " if running.monitor.address else ""
    console.err.print(f"{asked.job.name} · {page}Ctrl-C stops it with nothing lost")


def _wait(running: RunningJob, inbox: Inbox | None) -> None:
    try:
        if inbox:
            watch_live(running, running.run.job.name, Gate(inbox, running.monitor))
        else:
            watch(running, running.run.job.name)
    except KeyboardInterrupt:
        console.err.print(_stopped(running.run), markup=False)
        raise


def _stopped(asked: Run) -> str:
    if newest_checkpoint(asked.checkpoints):
        return f"{asked.job.name} stopped; --resume goes on where it stopped"
    return f"{asked.job.name} stopped before its first checkpoint; run it again with --overwrite"


def _inbox(asked: Run, settle: float) -> Inbox:
    outdated(asked, prepare(asked)[1])  # refused before any file is moved
    inbox = Inbox(asked.data, settle)
    given_back = 0 if asked.resume else inbox.give_back()
    console.err.print(
        f"drop files of events, one a line, into {inbox.inbox}"
        + (f"; {given_back} of them wait" if given_back else ""),
        markup=False,
        soft_wrap=True,
    )
    return inbox


def check_scored_by(asked: Run) -> None:
    """Check the model of a run, or those that its deployment log names, before the job starts.

    Raises:
        HeadraceError: one is missing, damaged, or was trained on other features.
    """
    if MODEL in asked.parameters:
        check_model(asked, Path(asked.parameters[MODEL]))
    if DEPLOYMENTS in asked.parameters:
        check_deployments(asked, asked.parameters[DEPLOYMENTS])
        place = open_store(asked.parameters[DEPLOYMENTS]).location
        console.err.print(f"scored by the deployments in {place}", markup=False, soft_wrap=True)


def model_parameters(
    job: Job, model: Path | None, data: Path, deployments: str | None = None
) -> dict[str, str]:
    """What the scoring function needs to know: where the artifact is, or the log that names artifacts.

    Raises:
        HeadraceError: when the job scores and there is no artifact, or both are given.
        DeploymentLogError: the log is damaged, or went back behind what was seen of it.
    """
    if not job.needs_model:
        return {}
    if model and deployments:
        raise HeadraceError("--model and --deployments are both given", "One of them says what scores.")
    if deployments or (model is None and _has_log(data)):
        place = deployments or str(data / LOG)
        head = head_of(read_seen(place, data))
        known = {DEPLOYMENTS_HEAD: str(head)} if head else {}
        return {DEPLOYMENTS: place if ":/" in place else str(Path(place).resolve()), **known}
    found = model or newest_model(data / "models")
    if found is None or not (found / "manifest.json").is_file():
        raise HeadraceError(
            f"{job.name} scores and wants a model; found no artifact in {found or data / 'models'}",
            "Train one with: headrace train, or pass --model.",
        )
    return {MODEL: str(found.resolve())}


def _has_log(data: Path) -> bool:
    """Whether there is a deployment log, or was one when a command last looked."""
    place = data / LOG
    return any(place.glob("*.json")) or SeenHead(data, open_store(str(place))).read() is not None


def newest_model(folder: Path) -> Path | None:
    """The artifact written last below a folder; None when there is none."""
    manifests = sorted(folder.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    return manifests[-1].parent if manifests else None
