"""``headrace train``: a version of a model from the history in a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options, registration
from headrace.cli.progress import watch
from headrace.models.definition import load_definition
from headrace.runtime.job import load_job
from headrace.runtime.outputs import claim_outputs
from headrace.runtime.run import Run, make_importable, prepare
from headrace.runtime.suite import find_root
from headrace.training.period import Period, moment

if TYPE_CHECKING:
    from headrace.models.artifact import Artifact


def train(
    model: Annotated[str, typer.Argument(help="A file in models/, for example fraud.")],
    start: Annotated[str, typer.Option("--from", help="First day to learn from, UTC.")],
    end: Annotated[str, typer.Option("--to", help="First day not to learn from, UTC.")],
    evaluate_to: Annotated[
        Optional[str], typer.Option(help="Judge it, and choose its threshold, on the days from --to to here.")
    ] = None,
    as_of: Annotated[
        Optional[str], typer.Option(help="Train as if it were this moment: labels known later are unknown.")
    ] = None,
    job: Annotated[str, typer.Option(help="The job that computes the features of the past.")] = "backfill",
    log: registration.Log = True,
    tracking_uri: registration.TrackingUri = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Compute features of the past by the SQL of live, join the labels, train, verify, write an artifact, log it.

    Example: headrace train fraud --from 2018-04-18 --to 2018-04-25 --evaluate-to 2018-05-02
    """
    from headrace.training.train import TRAINING_SETS, Training, report_of
    from headrace.training.train import train as trained

    suite = find_root(root)
    make_importable(suite)
    training = Training(
        definition=load_definition(suite, model),
        run=Run(suite, load_job(suite, job), data),
        period=Period(moment(start), moment(end)),
        evaluation=Period(moment(end), moment(evaluate_to)) if evaluate_to else None,
        as_of=moment(as_of) if as_of else None,
    )
    with claim_outputs(
        training.run, prepare(training.run)[1], TRAINING_SETS, command=f"headrace train {model}"
    ):
        artifact = trained(training, lambda running: watch(running, "features of the past"))
    if not json:
        print_artifact(artifact)
    name = training.run.job.use_case
    registered = (
        registration.log_version(artifact, name, report_of(artifact), tracking_uri, data) if log else None
    )
    registration.print_version(artifact, registered, as_json=json)


def print_artifact(artifact: Artifact) -> None:
    """Print what was trained: its quality where it was judged, its threshold, its folder, its report."""
    from headrace.training.train import report_of

    document = artifact.manifest.document
    judged = "evaluation" if document.get("evaluation") else "training"
    rows = [(name, value) for name, value in document[judged]["metrics"].items()]
    console.print_table(f"{artifact.manifest.version} on its {judged} events", ["metric", "value"], rows)
    console.out.print(f"alerts from score {artifact.manifest.threshold:.6f}")
    console.out.print(f"artifact {artifact.path}", markup=False, soft_wrap=True)
    console.out.print(f"report   {report_of(artifact)}", markup=False, soft_wrap=True)
