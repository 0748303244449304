"""Whether a model can score what a job gives it, found out before the job starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headrace.models.artifact import load_artifact
from headrace.models.features import check_features
from headrace.runtime.run import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headrace.runtime.resolve import Step
    from headrace.runtime.run import Run

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
