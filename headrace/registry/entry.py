"""What is logged of a version: pure, from its sealed manifest; nothing of MLflow."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from headrace.models.artifact import MANIFEST, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headrace.models.artifact import Artifact

PREFIX = "headrace"
SETS = ("training", "evaluation")


@dataclass(frozen=True)
class Entry:
    """A version as it is logged.

    Args:
        name: of the registered model, as the use case.
        artifact: the version.
        report: the page about it; None if there is none.
        parameters: what was chosen.
        metrics: how good it was, named ``<set>/<metric>``.
        tags: what identifies it: version, hashes.
    """

    name: str
    artifact: Artifact
    report: Path | None
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Registered:
    """Where an entry is now.

    Args:
        name: of the registered model.
        number: of the version there; one more each time.
        run: id of the run.
        location: the tracking URI, fit to be printed.
        artifact: URI of the artifact's folder there, fit to be printed; workers read ``file:`` and ``s3:``.
    """

    name: str
    number: str
    run: str
    location: str
    artifact: str


class Registry(Protocol):
    """Where runs and versions are kept."""

    def register(self, entry: Entry) -> Registered:
        """Log a run with its files, and register its artifact as the next version of the entry's name."""

    def download(self, uri: str, target: Path) -> Path:
        """Copy what ``models:/<name>/<version>``, ``models:/<name>@<alias>`` or ``runs:/<id>/<path>`` names."""


def entry_of(artifact: Artifact, name: str, report: Path | None) -> Entry:
    """What is logged of a version.

    Args:
        artifact: verified.
        name: of the registered model.
        report: the page about it; left out where there is no such file.
    """
    document = artifact.manifest.document
    return Entry(
        name=name,
        artifact=artifact,
        report=report if report and report.is_file() else None,
        parameters={key: str(value) for key, value in _parameters(document) if value is not None},
        metrics=dict(_metrics(document)),
        tags={f"{PREFIX}.{key}": str(value) for key, value in _tags(artifact).items() if value},
    )


def _parameters(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    sets = [(name, document[name]) for name in SETS if document.get(name)]
    windows = [
        (f"{name}_{key}", each[key]) for name, each in sets for key in ("from", "to", "rows", "positives")
    ]
    return [("estimator", document["estimator"]), *document["decision"].items(), *windows]


def _metrics(document: Mapping[str, Any]) -> list[tuple[str, float]]:
    return [
        (f"{name}/{metric}", float(value))
        for name in SETS
        for metric, value in ((document.get(name) or {}).get("metrics") or {}).items()
        if value is not None
    ]


def _tags(artifact: Artifact) -> dict[str, Any]:
    document = artifact.manifest.document
    return {
        "version": artifact.manifest.version,
        "model": artifact.manifest.model,
        "artifact_sha256": hashlib.sha256(read_file(artifact.path / MANIFEST)).hexdigest(),
        "feature_sql_sha256": document["provenance"]["feature_sql_sha256"],
        "source": document["provenance"]["source"],
        **{f"{name}_sha256": (document.get(name) or {}).get("sha256") for name in SETS},
        "imported_sha256": (document.get("imported") or {}).get("sha256"),
    }
