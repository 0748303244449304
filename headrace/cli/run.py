"""``headrace run``: a job in this process's own mini-cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.checks.model import check_model
from headrace.cli import console, options
from headrace.cli.progress import watch, watch_live
from headrace.connectors.environment import environment_jars
from headrace.errors import HeadraceError
from headrace.runtime.inbox import Gate, Inbox
from headrace.runtime.job import Job, load_job
from headrace.runtime.run import Run, RunningJob, make_importable, newest_checkpoint, outdated, prepare, start
from headrace.runtime.suite import Suite, find_root

MODEL = "headrace.model"


def run(
    job: Annotated[str, typer.Argument(help="A module in jobs/, for example realtime.")],
    live: Annotated[
        bool, typer.Option("--live", help="Watch the inbox folder and go on until Ctrl-C.")
    ] = False,
    model: Annotated[
        Optional[Path],
        typer.Option(help="The artifact that scores; the newest one under <data>/models if not given."),
    ] = None,
    environment: options.Environment = "",
    profile: options.Profile = None,
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run stopped.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete what an earlier run wrote.")] = False,
    ui_port: Annotated[Optional[int], typer.Option(help="Port of the Flink web UI.")] = None,
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
        parameters=model_parameters(chosen, model, data),
        values=dict(_pair(value) for value in values or []),
        resume=resume,
        overwrite=overwrite,
        ui_port=ui_port,
        jars=environment_jars(Suite(suite), place),
    )
    if chosen.needs_model:
        check_model(asked, Path(asked.parameters[MODEL]))
    inbox = _inbox(asked) if live else None
    running = start(asked)
    console.err.print(f"{chosen.name} · web UI {running.monitor.address} · Ctrl-C stops it with nothing lost")
    _wait(running, inbox)
    console.out.print(f"{chosen.name} finished; outputs in {data}")


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


def _inbox(asked: Run) -> Inbox:
    outdated(asked, prepare(asked)[1])  # refused before any file is moved
    inbox = Inbox(asked.data)
    given_back = 0 if asked.resume else inbox.give_back()
    console.err.print(
        f"drop files of events, one a line, into {inbox.inbox}"
        + (f"; {given_back} of them wait" if given_back else "")
    )
    return inbox


def model_parameters(job: Job, model: Path | None, data: Path) -> dict[str, str]:
    """What the scoring function needs to know: where the artifact is.

    Raises:
        HeadraceError: when the job scores and there is no artifact.
    """
    if not job.needs_model:
        return {}
    found = model or newest_model(data / "models")
    if found is None or not (found / "manifest.json").is_file():
        raise HeadraceError(
            f"{job.name} scores and wants a model; found no artifact in {found or data / 'models'}",
            "Train one with: headrace train, or pass --model.",
        )
    return {MODEL: str(found.resolve())}


def newest_model(folder: Path) -> Path | None:
    """The artifact written last below a folder; None when there is none."""
    manifests = sorted(folder.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    return manifests[-1].parent if manifests else None


def _pair(value: str) -> tuple[str, str]:
    name, equals, content = value.partition("=")
    if not equals or not name:
        raise HeadraceError(f"--set wants NAME=value, got {value!r}")
    return name, content
