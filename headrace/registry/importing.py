"""From a model that was made elsewhere to a version under ``<data>/models``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from headrace.errors import HeadraceError
from headrace.models.artifact import MANIFEST, Artifact, load_artifact, read_contents
from headrace.models.features import check_features
from headrace.models.foreign import Origin, seal_foreign
from headrace.models.manifest import ArtifactError, canonical
from headrace.models.report import write_report
from headrace.models.training_set import TrainingSet
from headrace.names import shown
from headrace.registry.sources.kinds import read
from headrace.registry.sources.request import Request
from headrace.training.features import known_sha256
from headrace.training.labels import FEATURES
from headrace.training.train import MODELS, kept_set, place, report_of

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.definition import ModelDefinition


@dataclass(frozen=True)
class Import:
    """What to import as what.

    Args:
        path: a file or folder.
        source: as it was named; stands in the manifest.
        definition: whose features it takes.
        data: the data folder.
        rows: a Parquet file of labelled rows to judge it by; None: those that a training of this definition kept.
        threshold: alert from this score on, whatever the definition's policy says.
        output: which output holds the probabilities.
        allow_pickle: whether a pickle may be loaded.
        sha256: what the hash of the file has to be.
    """

    path: Path
    source: str
    definition: ModelDefinition
    data: Path
    rows: Path | None = None
    threshold: float | None = None
    output: str | None = None
    allow_pickle: bool = False
    sha256: str | None = None


def import_model(wanted: Import) -> Artifact:
    """Read a model, check its signature, let it score real rows, seal it as a version, and write its report.

    A folder that is an artifact already, as the registry keeps them, is verified and copied as it is.

    Returns:
        The version under ``<data>/models``.

    Raises:
        HeadraceError: it can not be read or must not be, does not fit the definition, or there are no labelled rows.
    """
    if (wanted.path / MANIFEST).is_file():
        return _copied(wanted)
    rows = rows_of(wanted)
    judged = TrainingSet(wanted.definition, _frame(rows, wanted.definition), "evaluation")
    request = Request(wanted.definition, judged.inputs, wanted.allow_pickle, wanted.sha256)
    foreign, sha256 = read(wanted.path, request)
    known = "" if wanted.rows else known_sha256(wanted.data / FEATURES)
    origin = Origin(wanted.source, sha256, known)
    artifact = place(
        wanted.data / MODELS,
        lambda folder: seal_foreign(
            foreign,
            wanted.definition,
            origin,
            judged,
            folder,
            threshold=wanted.threshold,
            output=wanted.output,
        ),
    )
    report_of(artifact).parent.mkdir(exist_ok=True)
    write_report(wanted.definition, artifact, judged.frame, report_of(artifact))
    return artifact


def rows_of(wanted: Import) -> Path:
    """The rows to judge by: those that were named, else the evaluation set of the last training, else what it learned.

    Raises:
        HeadraceError: there are none.
    """
    kept = [kept_set(wanted.data, wanted.definition.name, what) for what in ("evaluation", "training")]
    for path in [wanted.rows] if wanted.rows else kept:
        if path.is_file():
            return path
    raise HeadraceError(
        f"there are no labelled rows to judge the model by: expected {wanted.rows or kept[0]}",
        f"headrace train {wanted.definition.name} leaves some, or name a Parquet file with --rows.",
    )


def _frame(path: Path, definition: ModelDefinition) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    wanted = [*definition.other_columns, *definition.feature_names]
    chosen: pd.DataFrame = frame[[name for name in wanted if name in frame]]
    return chosen


def _copied(wanted: Import) -> Artifact:
    """An artifact of headrace's own, in its place; its features have to be those of the definition.

    It is read once: what was verified is what is written, whatever becomes of the source meanwhile.
    """
    _refuse_links(wanted.path)
    load_artifact(wanted.path)  # so that nothing is begun where it belongs while it is not fit to be there
    manifest, contents = read_contents(wanted.path)
    types = {feature.name: feature.type for feature in manifest.features}
    check_features(
        wanted.definition.features,
        types,
        lambda feature, kind: feature.type == kind,
        str,
        wanted.definition.name,
    )

    def unpack(folder: Path) -> Artifact:
        folder.mkdir()
        for name, content in {**contents, MANIFEST: canonical(manifest.document)}.items():
            (folder / name).write_bytes(content)
        return load_artifact(folder)

    return place(wanted.data / MODELS, unpack)


def _refuse_links(folder: Path) -> None:
    """Refuse a folder in which a name stands for something elsewhere.

    Raises:
        ArtifactError: one of its files is a link.
    """
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            raise ArtifactError(
                f"{path} is a link to {shown(str(path.readlink()))}, expected the files of an artifact",
                "Copy the artifact with its files (cp -rL), if you trust where they come from.",
            )
