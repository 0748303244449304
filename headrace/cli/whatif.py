"""``headrace whatif``: history with another version, threshold or cost table, beside what was decided."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from headrace.cli import console, options
from headrace.cli.deployment_log import Deployments, seen_place
from headrace.cli.progress import watch
from headrace.cli.run import newest_model
from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite, find_root
from headrace.training.period import Period, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact
    from headrace.whatif.replay import Question
    from headrace.whatif.result import WhatIf
    from headrace.whatif.sides import Version

DECIDED, CHAMPION = "decided", "champion"
COMPUTED = "training_features"
WIDE = 98
"""Columns of the screen that all of the tables need."""


def whatif(
    use_case: Annotated[str, typer.Argument(help="A folder in sql/.")],
    start: Annotated[str, typer.Option("--from", help="First day to replay, UTC.")],
    end: Annotated[str, typer.Option("--to", help="First day not to replay, UTC.")],
    model: Annotated[
        Optional[str],
        typer.Option(help="The version to ask about, by name or path; the champion, else the newest one."),
    ] = None,
    threshold: Annotated[
        Optional[float],
        typer.Option(min=0.0, max=1.0, help="Let it alert from this score on; its own if not given."),
    ] = None,
    baseline: Annotated[
        Optional[str],
        typer.Option(
            help="Compare with what was `decided`, with the `champion`, or with a version; "
            "what was decided where there are predictions, else the champion."
        ),
    ] = None,
    costs: Annotated[
        Optional[Path], typer.Option(help="What alerts cost and save; models/<use case>.costs.yaml.")
    ] = None,
    slice_by: Annotated[
        Optional[list[str]],
        typer.Option(
            help="A column of the features; may be repeated. The amount, and features of two values."
        ),
    ] = None,
    as_of: Annotated[
        Optional[str], typer.Option(help="Replay as if it were this moment: labels known later are unknown.")
    ] = None,
    resamples: Annotated[int, typer.Option(min=100, help="Draws of the bootstrap.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Of these draws.")] = 0,
    features: Annotated[
        str, typer.Option(help="The table with the features; another one than this is taken as it is.")
    ] = COMPUTED,
    job: Annotated[str, typer.Option(help="The job that computes the features of the past.")] = "backfill",
    output: Annotated[
        Optional[Path],
        typer.Option(
            help="Folder for whatif.json and whatif.html; <data>/whatif/<version>[-at-<threshold>]."
        ),
    ] = None,
    models: Annotated[Optional[Path], typer.Option(help="Folder of versions; <data>/models.")] = None,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Replay history with another version, threshold or cost table: alerts, positives caught, money, analyst load.

    Example: headrace whatif fraud --model fraud-0a1b --from 2018-07-01 --to 2018-07-15
    """
    from headrace.whatif.comparison import Draws
    from headrace.whatif.files import keep
    from headrace.whatif.replay import Question, what_if
    from headrace.whatif.sides import Version

    suite = find_root(root)
    known = _Known(models or data / "models", seen_place(deployments, data))
    asked = Question(
        **_suite_of(suite, use_case, costs),
        data=data,
        features=features,
        period=Period(moment(start), moment(end)),
        as_of=moment(as_of) if as_of else None,
        candidate=Version(known.version(model), threshold),
        slice_by=tuple(slice_by or ()),
        draws=Draws(resamples, seed),
    )
    with _computed(suite, job, asked, output):
        found = what_if(replace(asked, baseline=known.baseline(baseline, asked)))
        page = keep(found, output or _folder(found, data))
    if json:
        console.print_json(found.model_dump(mode="json"))
    else:
        _print(found, page)


@dataclass(frozen=True)
class _Known:
    """The versions that may be meant.

    Attributes:
        models: a folder of artifacts.
        log: where the deployments are.
    """

    models: Path
    log: str

    def version(self, name: str | None) -> Artifact:
        """The named version, else the champion, else the one that was trained last."""
        from headrace.whatif.sides import champion_of, version_of

        if name:
            return version_of(name, self.models)
        champion, newest = champion_of(self.log), newest_model(self.models)
        if champion is None and newest is None:
            raise HeadraceError(f"no versions in {self.models}", "Train one with headrace train.")
        return champion or version_of(str(newest), self.models)

    def baseline(self, name: str | None, asked: Question) -> Version | None:
        """The version to compare with; None stands for what was decided."""
        from headrace.whatif.replay import was_decided
        from headrace.whatif.sides import Version, champion_of, version_of

        if name == DECIDED or (name is None and was_decided(asked)):
            return None
        if name not in {None, CHAMPION}:
            return Version(version_of(str(name), self.models))
        champion = champion_of(self.log)
        if champion is None:
            raise HeadraceError(
                f"there is nothing to compare with: no predictions of {asked.period}, and no champion in {self.log}",
                "Name a version: --baseline VERSION; or deploy one: headrace deploy.",
            )
        return Version(champion, champion=True)


def _suite_of(suite: Path, use_case: str, costs: Path | None) -> dict[str, Any]:
    """What the suite says of a use case: its tables, and its costs unless others are given."""
    from headrace.tables.contract import read_tables
    from headrace.whatif.costs import default_costs, read_costs

    return {
        "use_case": use_case,
        "tables": read_tables(Suite(suite).use_case(use_case)),
        "costs": read_costs(costs or default_costs(suite, use_case)),
    }


@contextmanager
def _computed(suite: Path, job: str, asked: Question, output: Path | None) -> Iterator[None]:
    """Compute the features of the past unless they are there as they would be; they stay so while they are read."""
    from headrace.runtime.job import load_job
    from headrace.runtime.lock import claim
    from headrace.runtime.outputs import claim_outputs
    from headrace.runtime.run import Run, make_importable, prepare
    from headrace.training.features import compute_features
    from headrace.whatif.files import FOLDER

    results, command = () if output else (FOLDER,), f"headrace whatif {asked.use_case}"
    if asked.features != COMPUTED:
        with claim(asked.data, command, results) if results else nullcontext():
            yield
        return
    make_importable(suite)
    run = Run(suite, load_job(suite, job), asked.data)
    with claim_outputs(run, prepare(run)[1], *results, command=command):
        compute_features(run, lambda running: watch(running, "features of the past"))
        yield


def _folder(found: WhatIf, data: Path) -> Path:
    from headrace.whatif.files import folder_of

    side = found.candidate
    return folder_of(data, side.versions[0], None if side.own_threshold else side.threshold)


def _print(found: WhatIf, page: Path) -> None:
    from headrace.whatif import wording

    share = wording.percent(found.confidence)
    console.out.print(wording.headline(found), markup=False)
    columns = ["", "candidate", share, "baseline", "difference", share]
    _print_table("", columns, wording.measures(found), left_out=2)
    columns = ["", "events", "positives", "net saved", share, "reviews"]
    _print_table("differences by part", columns, wording.parts(found), left_out=1)
    for caveat in wording.caveats(found):
        console.out.print(caveat, markup=False)
    console.out.print(f"{wording.costs(found)}\npage {page}", markup=False, soft_wrap=True)


def _print_table(title: str, columns: list[str], rows: list[list[str]], left_out: int) -> None:
    """Print rows with numbers right below each other; on a narrow screen without one of the columns."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    aligned = [
        [cell.rjust(width) if place else cell for place, (cell, width) in enumerate(zip(row, widths))]
        for row in rows
    ]
    shown = [place for place in range(len(columns)) if place != left_out or console.out.width >= WIDE]
    console.print_table(
        title, [columns[place] for place in shown], [[row[place] for place in shown] for row in aligned]
    )
