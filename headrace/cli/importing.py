"""``headrace models import``: a model that was made elsewhere becomes a version."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options, registration
from headrace.runtime.lock import claim
from headrace.runtime.run import make_importable
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact

REGISTERED = ("models:/", "runs:/")


def imported(
    source: Annotated[
        str,
        typer.Argument(
            help="An .onnx, .joblib, .skops, .json or .ubj (XGBoost) or .txt (LightGBM) file, a folder of MLflow, or "
            "models:/<name>/<version>."
        ),
    ],
    use_case: Annotated[
        str,
        typer.Option(help="The definition in models/ whose features it takes; also the registered model."),
    ],
    threshold: Annotated[
        Optional[float],
        typer.Option(help="Alert from this score on; what the definition's policy says if not given."),
    ] = None,
    rows: Annotated[
        Optional[Path],
        typer.Option(
            help="Labelled rows to judge it by, Parquet; those that headrace train kept if not given."
        ),
    ] = None,
    output: Annotated[
        Optional[str], typer.Option(help="The output with the probabilities, if several could be it.")
    ] = None,
    allow_pickle: Annotated[
        bool,
        typer.Option(
            "--allow-pickle",
            help="Load a pickle, which runs what is in it; --sha256 has to name it.",
            envvar="HEADRACE_ALLOW_PICKLE",
        ),
    ] = False,
    sha256: Annotated[Optional[str], typer.Option(help="What the hash of the file has to be.")] = None,
    log: registration.Log = True,
    tracking_uri: registration.TrackingUri = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Make a version of a model that was trained elsewhere: check its signature, judge it, seal it.

    Example: headrace models import fraud.onnx --use-case fraud --threshold 0.5
    """
    from headrace.models.artifact import MANIFEST
    from headrace.models.definition import load_definition
    from headrace.registry.importing import Import, import_model
    from headrace.training.train import MODELS, report_of

    suite = find_root(root)
    make_importable(suite)
    definition = load_definition(suite, use_case)
    with _local(source, tracking_uri, data) as path:
        foreign = not (path / MANIFEST).is_file()  # what is sealed was logged where it was made
        wanted = Import(path, source, definition, data, rows, threshold, output, allow_pickle, sha256)
        with claim(data, "headrace models import", [MODELS]):
            artifact = import_model(wanted)
    if not json:
        _print(artifact)
    registered = (
        registration.log_version(artifact, use_case, report_of(artifact), tracking_uri, data)
        if log and foreign
        else None
    )
    registration.print_version(artifact, registered, as_json=json)


@contextmanager
def _local(source: str, tracking_uri: str | None, data: Path) -> Iterator[Path]:
    """The source as files, fetched from the registry if it is there."""
    if not source.startswith(REGISTERED):
        yield Path(source)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield registration.open_registry(tracking_uri, data).download(source, Path(folder))


def _print(artifact: Artifact) -> None:
    """What train prints of a version, and what is to be known of one that was made elsewhere."""
    from headrace.cli.train import print_artifact

    print_artifact(artifact)
    for note in (artifact.manifest.document.get("imported") or {}).get("notes", ()):
        console.out.print(f"note     {note}", markup=False, soft_wrap=True)
