"""Plays a demo: data, features, model, live events, summary."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.demo.summary import Outcome, summarise
from headrace.models.definition import load_definition
from headrace.runtime.job import MODEL, load_job
from headrace.runtime.run import Run, start
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from headrace.training.train import Training, train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.demo.story import Demo, Periods, Progress
    from headrace.demo.summary import Summary
    from headrace.models.artifact import Artifact
    from headrace.runtime.run import RunningJob


@dataclass(frozen=True)
class Stage:
    """Where and how a demo is played.

    Attributes:
        root: the suite.
        data: the folder for its tables.
        quick: less data.
        progress: told how far the making of the data is.
        watch: waits for a job with its rows on the screen; told the step.
        announce: told what begins, and what was made.
        ui_port: port of the web UI.
    """

    root: Path
    data: Path
    quick: bool
    progress: Progress
    watch: Callable[[RunningJob, str], None]
    announce: Callable[[str], None]
    ui_port: int | None = None


def play(demo: Demo, stage: Stage) -> Summary:
    """Play a demo from beginning to end.

    Raises:
        HeadraceError: whatever keeps a step from being done.
    """
    stage.announce("1/4  data: history, labels, and some live days of raw events with dirt")
    periods = demo.build(stage.data, stage.quick, stage.progress)
    stage.announce("2/4  features of the history by the streaming job, then a model")
    artifact = trained(demo, stage, periods)
    stage.announce(_introduction(artifact))
    stage.announce(f"3/4  live: raw events of {periods.live} through the {demo.live} job")
    seconds = _live(demo, stage, artifact)
    stage.announce("4/4  what came out")
    return _summary(demo, stage, seconds)


def _summary(demo: Demo, stage: Stage, seconds: float) -> Summary:
    definition = load_definition(stage.root, demo.model)
    use_case = Suite(stage.root).use_case(load_job(stage.root, demo.live).use_case)
    return summarise(Outcome(read_tables(use_case), stage.data, definition, demo.raw, demo.accepted), seconds)


def trained(demo: Demo, stage: Stage, periods: Periods) -> Artifact:
    """A model of the demo's definition, trained on features that the streaming job computes."""
    run = Run(stage.root, load_job(stage.root, demo.backfill), stage.data, ui_port=stage.ui_port)
    definition = load_definition(stage.root, demo.model)
    training = Training(definition, run, periods.training, periods.evaluation, as_of=periods.live.start)
    return train(training, lambda job: stage.watch(job, "features of the history"))


def _introduction(artifact: Artifact) -> str:
    metrics = artifact.manifest.document["evaluation"]["metrics"]
    return (
        f"     {artifact.manifest.version}: on the days after its training, AUC {metrics['roc_auc']:.3f}, "
        f"average precision {metrics['average_precision']:.3f}; alerts from score {artifact.manifest.threshold:.4f}"
    )


def _live(demo: Demo, stage: Stage, artifact: Artifact) -> float:
    run = Run(
        root=stage.root,
        job=load_job(stage.root, demo.live),
        data=stage.data,
        parameters={MODEL: str(artifact.path.resolve())},
        overwrite=True,
        ui_port=stage.ui_port,
    )
    started = time.monotonic()
    stage.watch(start(run), "live events")
    return time.monotonic() - started
