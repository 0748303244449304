"""Whether a model can score what a job gives it, found out before the job starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headrace.deployments.author import Author
from headrace.deployments.store import open_store
from headrace.deployments.versions import artifact_path, load_deployed
from headrace.models.artifact import load_artifact
from headrace.models.features import InvalidFeaturesError, check_features
from headrace.runtime.job import job_names, load_job
from headrace.runtime.run import Run, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headrace.runtime.resolve import Step

_ROW = re.compile(r"\bAS\s+ROW\s*<([^<>]*)>", re.IGNORECASE)


def check_model(run: Run, artifact: Path) -> None:
    """Load an artifact as a worker would, and compare its features with those that a job gives.

    Workers do both again; here it costs a second instead of a job that starts in order to fail.

    Args:
        run: a run of a job that scores.
        artifact: the folder of the artifact.

    Raises:
        ArtifactError: the artifact is missing, damaged, or does not score as when it was trained.
        InvalidFeaturesError: the model was trained on other features; shows both sides.
    """
    manifest = load_artifact(artifact).manifest
    given = features_given(prepare(run)[1])
    if given:
        check_features(
            manifest.features, given, lambda feature, kind: feature.type == kind, str, manifest.version
        )


def features_given(steps: Iterable[Step]) -> dict[str, str]:
    """Names and types of the fields of the ROW that is scored; empty when there is not exactly one such ROW."""
    rows = {found for step in steps for found in _ROW.findall(step.statement.code)}
    if len(rows) != 1:
        return {}
    fields = (field.split() for field in rows.pop().split(",") if field.strip())
    return {name.strip("`"): kind.upper() for name, kind, *_ in fields}


def check_against_jobs(root: Path, data: Path, artifact: Path) -> list[str]:
    """Compare a model's features with those that the suite's jobs give.

    Args:
        root: the suite.
        data: the folder of the local tables; nothing in it is read.
        artifact: the folder of the artifact.

    Returns:
        The jobs that can score with it.

    Raises:
        ArtifactError: the artifact is missing, damaged, or does not score as when it was trained.
        InvalidFeaturesError: no job that scores gives it what it was trained on.
    """
    jobs = {name: load_job(root, name) for name in job_names(root)}
    fitting, refused = [], []
    for name, job in jobs.items():
        if job.needs_model:
            try:
                check_model(Run(root, job, data), artifact)
                fitting.append(name)
            except InvalidFeaturesError as error:
                refused.append(error)
    if refused and not fitting:
        raise refused[0]
    return fitting


def check_deployments(run: Run, location: str) -> None:
    """Check every version that the log of a run names from now on, as `check_model` does one.

    Raises:
        DeploymentLogError: the log can not be read, or has no champion.
        ArtifactError: a version is missing, damaged, or another one than was deployed.
        InvalidFeaturesError: a version was trained on other features than the job gives.
    """
    store = open_store(location)
    for record in Author(store).current():
        load_deployed(record, store.home)
        check_model(run, artifact_path(record.artifact, store.home))
