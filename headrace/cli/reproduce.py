"""``headrace reproduce``: published results, computed again on features of our own streaming job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli import console, options
from headrace.cli.progress import Bars, watch
from headrace.errors import HeadraceError
from headrace.models.definition import load_definition
from headrace.runtime.folders import create_folder
from headrace.runtime.job import load_job
from headrace.runtime.lock import EVERYTHING, claim
from headrace.runtime.run import Run, make_importable
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from headrace.reproduction.reproduce import Result
    from headrace.reproduction.study import Study

DEFAULT_DATA = Path("work/reproduction")
HEADS = {"roc_auc": "AUC ROC", "average_precision": "avg precision", "precision_at_k": "precision at k"}
BUILT = "built-days.txt"


def reproduce(
    publication: Annotated[str, typer.Argument(help="A file in datasets/<use case>/ that has STUDIES.")],
    study: Annotated[str, typer.Option(help="Which of its studies; the first if not given.")] = "",
    job: Annotated[str, typer.Option(help="The job that computes the features of the past.")] = "backfill",
    data: Annotated[Path, typer.Option(help="Where its tables go; features are kept there.")] = DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Train and judge published models on features of our streaming job, and print ours beside the published figures.

    Ends with exit code 1 when one that must agree does not. Example: headrace reproduce handbook
    """
    from headrace.reproduction.reproduce import Experiment
    from headrace.reproduction.study import load_studies

    suite = find_root(root)
    make_importable(suite)
    name, chosen = _chosen(load_studies(suite, publication), study)
    folder = data / publication / name
    create_folder(folder)
    run = Run(suite, load_job(suite, job), folder)
    experiment = Experiment(chosen, load_definition(suite, chosen.definition), run)
    with claim(folder, f"headrace reproduce {publication}", [EVERYTHING]):
        _build(chosen, folder)
        experiment.features(lambda running: watch(running, "features of the past"))
        results = _trained(experiment)
    _print(chosen, results, json)
    if not all(each.holds for each in results):
        raise typer.Exit(1)


def _chosen(studies: dict[str, Study], name: str) -> tuple[str, Study]:
    if name and name not in studies:
        raise HeadraceError(f"there is no study {name!r}; there are: {', '.join(studies)}")
    chosen = name or next(iter(studies))
    return chosen, studies[chosen]


def _build(study: Study, folder: Path) -> None:
    """Make history and labels, unless the same days were made before: features are kept as long as their input is."""
    note, days = folder / BUILT, f"{study.first_day}-{study.last_day}\n"
    if note.is_file() and note.read_text(encoding="utf-8") == days:
        return
    bars = Bars()
    try:
        study.build(folder, study.first_day, study.last_day, bars)
    finally:
        bars.close()
    note.write_text(days, encoding="utf-8")


def _trained(experiment: Any) -> list[Result]:
    """The results, with a bar while they are made."""
    results, total, bars = [], len(experiment.study.models), Bars()
    try:
        bars("models", 0, total)
        for result in experiment.results():
            results.append(result)
            bars("models", len(results), total)
    finally:
        bars.close()
    return results


def _print(study: Study, results: list[Result], as_json: bool) -> None:
    if as_json:
        console.print_json([{**vars(each), "agrees": each.agrees} for each in results])
        return
    rows = [(each.model, *_cells(each), _agreement(each)) for each in results]
    console.print_table(study.title, ["model", *HEADS.values(), ""], rows)
    console.out.print(
        "here / published; precision at k: of the entities looked at a day, those rightly looked at"
    )


def _cells(result: Result) -> list[str]:
    ours = {name: f"{value:.3f}" for name, value in result.ours.items()}
    return [f"{ours.get(name, '–')} / {result.published[name]:.3f}" for name in HEADS]


def _agreement(result: Result) -> str:
    if result.missing:
        return f"no {result.missing} here"
    return "same" if result.agrees else "DIFFERENT" if result.must_agree else "close"
