"""Trains a version of a model on a data folder."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headrace.models.artifact import MANIFEST, load_artifact, read_file
from headrace.models.manifest import ArtifactError
from headrace.models.report import write_report
from headrace.models.training import Provenance
from headrace.models.training import train as fit
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from headrace.training.features import compute_features
from headrace.training.labels import labelled_features

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition
    from headrace.runtime.run import Run, RunningJob
    from headrace.training.period import Period

MODELS = "models"
TRAINING_SETS = "training_sets"
REPORTS = "reports"


@dataclass(frozen=True)
class Training:
    """What to train on what.

    Attributes:
        definition: the model.
        run: the bounded job that computes the features; its data folder is the one trained on.
        period: events to learn from.
        evaluation: later events to be judged by and to choose the threshold on; None for neither.
        as_of: when the training happens: labels known later are unknown. None: all labels are known.
    """

    definition: ModelDefinition
    run: Run
    period: Period
    evaluation: Period | None = None
    as_of: datetime | None = None


def train(training: Training, watch: Callable[[RunningJob], None]) -> Artifact:
    """Compute features, join labels, keep the training set, fit, put the artifact under ``<data>/models``, report.

    Args:
        training: what to train on what.
        watch: waits for the feature job to end.

    Returns:
        The artifact, verified; training the same again gives the same one.

    Raises:
        HeadraceError: whatever keeps the job from running or the model from being trained.
    """
    sha256 = compute_features(training.run, watch)
    learned = _events(training, training.period)
    judged = None if training.evaluation is None else _events(training, training.evaluation)
    kept = keep_training_set(learned, kept_set(training.run.data, training.definition.name, "training"))
    if judged is not None:
        keep_training_set(judged, kept_set(training.run.data, training.definition.name, "evaluation"))
    provenance = Provenance(feature_sql_sha256=sha256, source=f"{training.run.job.name} {kept.name}")
    artifact = _fitted(training, learned, judged, provenance)
    events = learned if judged is None else judged
    report_of(artifact).parent.mkdir(exist_ok=True)
    write_report(training.definition, artifact, events, report_of(artifact))
    return artifact


def report_of(artifact: Artifact) -> Path:
    """The page about an artifact: ``<data>/reports/<version>.html``, since nothing is added to what is sealed."""
    return artifact.path.parent.parent / REPORTS / f"{artifact.path.name}.html"


def kept_set(data: Path, model: str, what: str) -> Path:
    """Where the events lie that a model was trained on, or judged on, the last time.

    Args:
        data: the data folder.
        model: name of the definition.
        what: ``training`` or ``evaluation``.
    """
    return data / TRAINING_SETS / (f"{model}.parquet" if what == "training" else f"{model}.{what}.parquet")


def keep_training_set(frame: pd.DataFrame, path: Path) -> Path:
    """Write a training set as Parquet, in the frame's order; the same frame gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    return path


def _events(training: Training, period: Period) -> pd.DataFrame:
    tables = read_tables(Suite(training.run.root).use_case(training.run.job.use_case))
    return labelled_features(tables, training.run.data, training.definition, period, training.as_of)


def _fitted(
    training: Training, learned: pd.DataFrame, judged: pd.DataFrame | None, provenance: Provenance
) -> Artifact:
    return place(
        training.run.data / MODELS,
        lambda folder: fit(training.definition, learned, judged, folder, provenance),
    )


def place(home: Path, make: Callable[[Path], Artifact]) -> Artifact:
    """Make an artifact beside the place where it belongs, since its name is known only when it is made.

    Args:
        home: the folder of all versions.
        make: makes the artifact in the folder it is given, which does not exist.

    Returns:
        The artifact in its place, verified; if the version is there already, that one, as the newest.

    Raises:
        ArtifactError: another one of that name is there; nothing is left of the one that was made.
    """
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".new-") as folder:
        made = make(Path(folder) / "artifact")
        target = home / made.manifest.version
        if os.path.lexists(target):
            _refuse_another(target, made)
            (target / MANIFEST).touch()  # the newest version is the one that was made last
        else:
            made.path.rename(target)
    return load_artifact(target)


def _refuse_another(target: Path, made: Artifact) -> None:
    if read_file(target / MANIFEST) != read_file(made.path / MANIFEST):
        raise ArtifactError(
            f"{target} is another version of the same name: their manifests differ",
            "Versions are never overwritten: compare the two, and move one of them away.",
        )
