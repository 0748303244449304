"""``headrace models``: the versions that there are, one of them, or two beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from headrace.cli import console, importing, options, registration
from headrace.cli.deployment_log import Deployments, place_of, record_json, said
from headrace.cli.log_head import read_seen
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.registry.versions import Version

models = typer.Typer(
    name="models",
    help="Versions of models: what they learned from, how good they are, what they do.",
    no_args_is_help=True,
)
models.command("import")(importing.imported)
Name = Annotated[str, typer.Argument(help="A version under <data>/models.", metavar="VERSION")]
LISTED = {"roc_auc": "AUC", "average_precision": "avg. prec.", "entity_precision_at_k": "prec. at k"}


@models.command("list")
def listed(
    deployments: Deployments = None, data: options.Data = options.DEFAULT_DATA, json: options.Json = False
) -> None:
    """List the versions, the one trained last first, with their quality and their role.

    Example: headrace models list
    """
    found = _versions(deployments, data)
    if json:
        console.print_json([_document(each) for each in found])
        return
    if not found:
        raise HeadraceError(f"no versions in {data / 'models'}", "Train one with headrace train.")
    columns = ["version", "trained on", *LISTED.values(), "role"]
    rows = [
        [each.name, each.trained_on, *(each.metrics.get(name) for name in LISTED), each.role or "–"]
        for each in found
    ]
    console.print_table("", columns, rows)


@models.command()
def show(
    version: Name,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
) -> None:
    """Verify a version to the last byte, and show what it is, where it comes from and what it did.

    Example: headrace models show fraud-f6b21e6e9a46
    """
    from headrace.models.artifact import load_artifact
    from headrace.registry.versions import describe, pick
    from headrace.tables.values import printable

    found = pick(_versions(deployments, data), version)
    load_artifact(found.path)
    if json:
        console.print_json(_document(found))
        return
    rows = [*describe(found).items(), *found.metrics.items()]
    console.print_table(f"{found.name}, verified", ["", ""], [(what, _text(value)) for what, value in rows])
    features = [(each.name, each.type, each.unit) for each in found.manifest.features]
    console.print_table("", ["feature", "type", "unit"], features)
    for record in found.records:
        why = printable(f"({record.author}: {record.reason})")
        console.out.print(f"{said(record)} {why}", markup=False, soft_wrap=True)


@models.command()
def compare(
    one: Name,
    other: Name,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
) -> None:
    """Show two versions beside each other: their metrics, and whatever else differs.

    Example: headrace models compare fraud-f6b21e6e9a46 fraud-57a91caae6d7
    """
    from headrace.registry.versions import differences, pick

    found = _versions(deployments, data)
    pair = pick(found, one), pick(found, other)
    metrics = {name: [each.metrics.get(name) for each in pair] for each in pair for name in each.metrics}
    different = list(differences(*pair))
    if json:
        described = {what: [here, there] for what, here, there in different}
        console.print_json({"versions": [one, other], "metrics": metrics, "different": described})
        return
    console.print_table("", ["metric", one, other], [(name, *values) for name, values in metrics.items()])
    rows = [(what, _text(here), _text(there)) for what, here, there in different]
    console.print_table("what else differs", ["", one, other], rows)
    if (
        pair[0].manifest.document[pair[0].judged]["sha256"]
        != pair[1].manifest.document[pair[1].judged]["sha256"]
    ):
        console.out.print(
            "They were judged on different events: their metrics can not be compared as they stand."
        )


@models.command()
def register(
    version: Name,
    name: Annotated[
        Optional[str], typer.Option(help="The registered model; the use case of the data if not given.")
    ] = None,
    tracking_uri: registration.TrackingUri = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Log a version in MLflow that is not there yet, or in another one: run, metrics, hashes, report, artifact.

    Example: headrace models register fraud-f6b21e6e9a46
    """
    from headrace.models.artifact import load_artifact
    from headrace.registry.entry import entry_of
    from headrace.registry.versions import pick
    from headrace.training.train import report_of

    found = load_artifact(pick(_versions(None, data), version).path)
    entry = entry_of(found, name or _use_case(root, data), report_of(found))
    registered = registration.open_registry(tracking_uri, data).register(entry)
    if json:
        console.print_json(registration.registered_json(registered))
    else:
        registration.print_registered(registered)


def _use_case(root: str | None, data: Path) -> str:
    from headrace.runtime.suite import Suite, find_root
    from headrace.tables.use_case import use_case_of

    return use_case_of(Suite(find_root(root)), data).name


def _versions(deployments: str | None, data: Path) -> list[Version]:
    from headrace.deployments.follower import wall_clock
    from headrace.registry.versions import read_versions

    return read_versions(data / "models", read_seen(place_of(deployments, data), data), wall_clock())


def _document(version: Version) -> dict[str, Any]:
    return {
        "version": version.name,
        "role": version.role or None,
        "artifact": str(version.path),
        "judged_on": version.judged,
        "metrics": version.metrics,
        "deployments": [record_json(record) for record in version.records],
        "manifest": version.manifest.document,
    }


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
