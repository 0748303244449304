"""Options and words about logging a version in the registry, for the commands that make one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from headrace.cli import console

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.artifact import Artifact
    from headrace.registry.entry import Registered, Registry

TrackingUri = Annotated[
    Optional[str],
    typer.Option(
        help="MLflow's tracking URI; <data>/mlflow if not given.",
        envvar="MLFLOW_TRACKING_URI",
        show_envvar=True,
    ),
]
Log = Annotated[bool, typer.Option("--log/--no-log", help="Log it in MLflow and register the version.")]


def open_registry(tracking_uri: str | None, data: Path) -> Registry:
    """The registry of a URI, or the one of the data folder.

    Raises:
        MlflowMissingError: MLflow is not installed.
        RegistryError: it can not be opened.
    """
    from headrace.registry.location import location_of
    from headrace.registry.mlflow_registry import MlflowRegistry

    return MlflowRegistry(location_of(tracking_uri, data))


def log_version(
    artifact: Artifact, name: str, report: Path | None, tracking_uri: str | None, data: Path
) -> Registered | None:
    """Log a version that has just been made; without MLflow, say on stderr how to get it and log it later.

    Args:
        artifact: the version.
        name: of the registered model.
        report: the page about it.
        tracking_uri: as given.
        data: the data folder.

    Raises:
        RegistryError: it could not be logged; the version is there nevertheless, and the hint says how to go on.
    """
    from headrace.registry.entry import entry_of
    from headrace.registry.mlflow_registry import MlflowMissingError, RegistryError

    later = f"{artifact.manifest.version} is in {artifact.path}; headrace models register logs it later."
    try:
        return open_registry(tracking_uri, data).register(entry_of(artifact, name, report))
    except MlflowMissingError as error:
        console.err.print(f"not logged: {error} {later}", markup=False, soft_wrap=True)
        return None
    except RegistryError as error:
        raise RegistryError(str(error.args[0]), f"{error.hint} {later}") from error


def print_version(artifact: Artifact, registered: Registered | None, *, as_json: bool) -> None:
    """Print what a command that made a version ends with: its manifest for scripts, where it was registered."""
    if as_json:
        document = {**artifact.manifest.document, "registered": registered_json(registered)}
        console.print_json({"path": str(artifact.path), **document})
    else:
        print_registered(registered)


def print_registered(registered: Registered | None) -> None:
    """Print where a version was registered, if it was."""
    if registered:
        console.out.print(
            f"logged   as version {registered.number} of {registered.name} in {registered.location}",
            markup=False,
            soft_wrap=True,
        )


def registered_json(registered: Registered | None) -> dict[str, Any] | None:
    """The same for scripts."""
    return asdict(registered) if registered else None
