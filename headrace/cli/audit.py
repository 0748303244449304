"""``headrace audit``: where a prediction comes from, and whether it comes out again."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from rich.text import Text

from headrace.cli import console, options
from headrace.cli.deployment_log import Deployments, seen_place
from headrace.cli.query import UseCase  # noqa: TC001 -- typer evaluates it at run time
from headrace.cli.tables import Environment, Place, say_topics
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from headrace.audit.result import Audit, Report
    from headrace.audit.trail import Question

PREDICTIONS, LETTERS = "predictions", "dead_letters"
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)
"""A key that stands in JSON as it is."""


def audit(
    event: Annotated[str, typer.Argument(help="The event's key, as it stands in its prediction.")],
    models: Annotated[Optional[Path], typer.Option(help="Folder of versions; <data>/models.")] = None,
    deployments: Deployments = None,
    reasons: Annotated[
        int, typer.Option(min=0, help="How many reasons the job gave at most: its headrace.reasons.")
    ] = 3,
    job: Annotated[
        str, typer.Option(help="The job that computes the features of the past: its SQL is compared.")
    ] = "backfill",
    environment: Environment = "",
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    json: options.Json = False,
    use_case: UseCase = None,
    root: options.Root = None,
) -> None:
    """Follow a prediction back to features, deployment, version and label, and score it again; 1 if it differs.

    Examples: headrace audit 1234567 · headrace audit 1234567 --environment kafka --data work/demo
    """
    from headrace.audit.document import document
    from headrace.audit.trail import Question
    from headrace.tables.contract import read_tables
    from headrace.tables.use_case import use_case_of

    suite = find_root(root)
    case = use_case_of(Suite(suite), data, use_case)
    places = seen_place(deployments, data), models or data / "models"
    sql = _feature_sql(suite, case.name, job, data)
    options.use_broker_of(cluster)
    say_topics(PREDICTIONS, environment, cluster)
    place = Place(Suite(suite), case.name, environment, data, options.pairs(values))
    report = _follow(
        Question(case.name, suite, read_tables(case), data, event, *places, sql, reasons, place=place.name),
        place,
    )
    if json:
        console.print_json(document(report))
    else:
        _print(report)
    if not report.reproduced:
        raise typer.Exit(1)


def _follow(question: Question, place: Place) -> Report:
    """Follow an event back; of topics, the records that may name it are looked at."""
    from headrace.audit.audit import audit as follow

    if not place.environment or place.on_files(PREDICTIONS):
        return follow(question)
    names = {PREDICTIONS, *place.readable(question.tables)} - {LETTERS}
    named = question.event.encode()
    wanted = dict.fromkeys(names, lambda value: named in value) if _PLAIN.fullmatch(question.event) else {}
    letters = [LETTERS] if LETTERS in question.tables else []
    with place.folder([*sorted(names), *letters], wanted) as folder:
        return follow(replace(question, tables_in=folder))


def _feature_sql(suite: Path, use_case: str, job: str, data: Path) -> str:
    """The hash of the SQL of the features in this checkout; empty when the job is another use case's."""
    from headrace.runtime.job import load_job
    from headrace.runtime.run import Run, make_importable, prepare
    from headrace.training.features import feature_sql_sha256

    make_importable(suite)
    chosen = load_job(suite, job)
    if chosen.use_case != use_case:
        return ""
    return feature_sql_sha256(prepare(Run(suite, chosen, data))[1], suite)


def _print(report: Report) -> None:
    from headrace.audit import wording
    from headrace.tables.values import printable

    for found in report.audits:
        _print_audit(report, found)
    if not report.audits:
        _say(f"{report.key} {report.event}: no prediction, it was refused", style="bold")
    for letter in report.letters:
        _say(f"dead letter: {wording.letter(letter)}")
        _say(f"  {printable(letter.text)}")
        if letter.detail and letter.detail != letter.text:
            _say(f"  detail: {printable(letter.detail)}")


def _print_audit(report: Report, found: Audit) -> None:
    from headrace.audit import wording

    _say(wording.headline(report, found), style="bold")
    console.print_table("as it was served", ["", ""], wording.served(found))
    if found.features:
        _print_features(found.features.table, wording.features(found))
    if found.deployment:
        console.print_table("what the deployment log says", ["", ""], wording.deployed(found.deployment))
        for sentence in wording.beside(found.deployment):
            _say(sentence)
    else:
        _say(f"no deployment log in {report.log} says who decided: a job without one scores with one model")
    if found.version:
        console.print_table("the version", ["", ""], wording.version(found, found.version))
    if found.again:
        columns = ["", "served", "scored again", "same"]
        console.print_table("scored again", columns, wording.rescored(found, found.again))
    for sentence in wording.ending(found):
        _say(sentence)


def _print_features(table: str, rows: list[tuple[str, ...]]) -> None:
    console.print_table(f"what the model saw ({table})", ["feature", "value", "unit"], rows)


def _say(sentence: str, style: str = "") -> None:
    console.out.print(Text(console.harmless(sentence), style=style), soft_wrap=True)
