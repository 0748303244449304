"""``headrace plan``: which way to run a job within a latency budget, and what to expect of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.planned import (
    document,
    print_inference,
    print_options,
    print_recommendation,
    print_verification,
)
from headrace.errors import HeadraceError
from headrace.runtime.run import make_importable
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.artifact import Artifact
    from headrace.planning.profile import Profile
    from headrace.planning.trial import Course

CALIBRATIONS = "plan"
BEYOND = 1
"""Exit code when the verification is not within a factor of two of what was predicted."""


def plan(
    rate: Annotated[float, typer.Option(min=1, help="Events a second.")],
    p99: Annotated[str, typer.Option(help="From event to prediction at most: 50ms, 2s.")],
    model: Annotated[
        Optional[str],
        typer.Option(help="The version that scores: its name, how that begins, or a folder; the newest one."),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run it as recommended, at that rate, and compare.")
    ] = False,
    keys: Annotated[
        Optional[int], typer.Option(min=1, help="Keys that the state is to hold, for its memory.")
    ] = None,
    events_a_key: Annotated[
        float, typer.Option(min=1, help="Events that the state holds of a key, with --keys.")
    ] = 100,
    utilisation: Annotated[
        float, typer.Option(min=0.05, max=0.95, help="Of slots and cores at most, in the recommendation.")
    ] = 0.7,
    parallelism: Annotated[int, typer.Option("--max-parallelism", min=1, max=4, help="Slots at most.")] = 2,
    profile: Annotated[
        Optional[list[str]],
        typer.Option(help="Weigh this profile only; may be repeated. All in flink-conf/ if not given."),
    ] = None,
    recalibrate: Annotated[
        bool, typer.Option("--recalibrate", help="Measure this machine anew, not only the model.")
    ] = False,
    seconds: Annotated[int, typer.Option(min=5, help="How long --verify measures.")] = 30,
    use_case: Annotated[
        Optional[str], typer.Option(help="A file in demos/; that of the data if not given.")
    ] = None,
    job: Annotated[Optional[str], typer.Option(help="The job; the live one of the demo.")] = None,
    raw: Annotated[Optional[str], typer.Option(help="The table of its events; that of the demo.")] = None,
    key: Annotated[
        Optional[str], typer.Option(help="The field of an event that is its key; the entity of the model.")
    ] = None,
    identity: Annotated[
        Optional[str], typer.Option("--id", help="The field with its id; the key of the model.")
    ] = None,
    environment: options.Environment = "kafka",
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Plan a job for a latency budget: profile, parallelism, bundles, memory and the p99 to expect, on this machine.

    Starts a broker and the job here, on events recorded in <data>. What the machine showed is kept in <data>/plan.

    Examples: headrace plan --rate 5000 --p99 50ms --model fraud-f6b2 · headrace plan --rate 200 --p99 2s --verify
    """
    from headrace.planning.choice import Budget
    from headrace.planning.machine import Extent
    from headrace.planning.plan import Planner, Question
    from headrace.planning.quantities import seconds_of
    from headrace.planning.verify import verify as verified

    budget = Budget(rate, seconds_of(p99), utilisation, parallelism)
    suite = find_root(root)
    make_importable(suite)
    course = _course(suite, environment, data, use_case, {"job": job, "raw": raw, "key": key, "id": identity})
    artifact, extent = version_of(model, data), Extent(verified_seconds=seconds)
    planner = Planner(data / CALIBRATIONS, _say, recalibrate, extent)
    asked = Question(course, artifact, budget, _profiles(suite, profile), keys, events_a_key)
    found = planner.plan(asked)
    outcome = verified(course, found.option, artifact.path, _say, extent) if verify else None
    if json:
        console.print_json(document(found, asked, outcome))
    else:
        print_inference(found.inference)
        print_options(found, budget)
        print_recommendation(found, asked)
        if outcome:
            print_verification(outcome)
    if outcome and not outcome.holds:
        raise typer.Exit(BEYOND)


def version_of(name: str | None, data: Path) -> Artifact:
    """The named version, verified; the one that was trained last without a name.

    Args:
        name: of a version under <data>/models, the beginning of one, or the folder of an artifact.
        data: the data folder.

    Raises:
        HeadraceError: when none, or more than one, is meant.
        ArtifactError: when it is damaged.
    """
    from headrace.cli.run import newest_model
    from headrace.models.artifact import MANIFEST, load_artifact, to_path

    models = data / "models"
    known = sorted(path.parent.name for path in models.glob(f"*/{MANIFEST}"))
    if name is None and known:
        return load_artifact(newest_model(models) or models)
    if name and (to_path(name) / MANIFEST).is_file():
        return load_artifact(name)
    meant = [each for each in known if name and each.startswith(name)]
    exact = [each for each in meant if each == name] or meant
    if len(exact) != 1:
        there = ", ".join(known) or "none"
        raise HeadraceError(
            f"{len(exact)} versions are called {name or '…'} in {models}; there are: {there}",
            "headrace models list shows them; headrace train makes one.",
        )
    return load_artifact(models / exact[0])


def _course(
    suite: Path, environment: str, data: Path, use_case: str | None, said: dict[str, str | None]
) -> Course:
    """The job and its events: what was said on the command line, else what the use case's demo says."""
    from headrace.demo.story import load_demo
    from headrace.models.definition import load_definition
    from headrace.planning.trial import Course
    from headrace.tables.use_case import use_case_of

    demo = load_demo(suite, use_case or use_case_of(Suite(suite), data).name)
    if demo.dated is None:
        raise HeadraceError(
            "events of this use case can not be sent again at another time", "Say dated in its demo."
        )
    definition = load_definition(suite, demo.model)
    default = {"job": demo.live, "raw": demo.raw, "key": definition.entity, "id": definition.key}
    chosen = {name: said[name] or value for name, value in default.items()}
    return Course(
        root=suite, environment=environment, recorded=data / chosen["raw"], dated=demo.dated, **chosen
    )


def _profiles(suite: Path, names: list[str] | None) -> list[Profile]:
    from headrace.planning.profile import profiles

    found = profiles(suite)
    unknown = {*(names or [])} - {each.name for each in found}
    if unknown:
        there = ", ".join(each.name for each in found)
        raise HeadraceError(f"there is no profile {min(unknown)!r} for jobs; there are: {there}")
    return [each for each in found if not names or each.name in names]


def _say(text: str) -> None:
    console.err.print(text, markup=False, soft_wrap=True)
