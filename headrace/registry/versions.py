"""Versions as their sealed manifests and the deployment log describe them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.deployments.record import CHAMPION, Record
from headrace.deployments.roles import roles_at
from headrace.errors import HeadraceError
from headrace.models.artifact import MANIFEST, read_file
from headrace.models.manifest import Manifest, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.deployments.log import Log

FORMER = "was champion"
ELSEWHERE = "elsewhere"
"""What an imported version was trained on."""


@dataclass(frozen=True)
class Version:
    """A version.

    Args:
        path: its artifact.
        manifest: what it is.
        role: ``champion``, ``canary``, ``shadow``, ``was champion``, or empty.
        records: the deployments that name it and count.
    """

    path: Path
    manifest: Manifest
    role: str
    records: tuple[Record, ...]

    @property
    def name(self) -> str:
        """The version's name."""
        return self.manifest.version

    @property
    def judged(self) -> str:
        """Whether its metrics are those of ``evaluation``, or, where there was none, of ``training``."""
        return "evaluation" if self.manifest.document.get("evaluation") else "training"

    @property
    def metrics(self) -> dict[str, float]:
        """How good it was where it was judged."""
        return dict(self.manifest.document[self.judged]["metrics"])

    @property
    def trained_on(self) -> str:
        """First and last event it learned from, as days; nobody knows for one that was imported."""
        window = self.manifest.document["training"]
        if window is None:
            return ELSEWHERE
        return f"{window['from'][:10]} – {window['to'][:10]}"


def read_versions(models: Path, log: Log, now: int) -> list[Version]:
    """All versions of a folder, the one trained last first.

    Args:
        models: holds an artifact a folder.
        log: says what they do.
        now: the event time at which they do it, in milliseconds since 1970.

    Raises:
        ArtifactError: a manifest is damaged; all else of an artifact is verified when it is used.
    """
    found = sorted(models.glob(f"*/{MANIFEST}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_version(path.parent, parse(read_file(path), str(path)), log, now) for path in found]


def pick(versions: list[Version], name: str) -> Version:
    """The version of a name.

    Raises:
        HeadraceError: names those that there are.
    """
    for version in versions:
        if version.name == name:
            return version
    known = ", ".join(each.name for each in versions) or "none"
    raise HeadraceError(
        f"there is no version {name!r}; there are: {known}", "headrace models list shows them."
    )


def differences(one: Version, other: Version) -> Iterator[tuple[str, Any, Any]]:
    """What differs between two versions, metrics left out: what it is, in the one, in the other."""
    for what, value in _described(one).items():
        counterpart = _described(other)[what]
        if value != counterpart:
            yield what, value, counterpart
    features, others = ({f"{f.name} {f.type}" for f in each.manifest.features} for each in (one, other))
    if features != others:
        yield "features only here", ", ".join(sorted(features - others)), ", ".join(sorted(others - features))


def _described(version: Version) -> dict[str, Any]:
    document = version.manifest.document
    learned = document["training"] or {}
    imported = document.get("imported") or {}
    return {
        "model": version.manifest.model,
        "estimator": document["estimator"],
        "trained on": version.trained_on,
        "rows": learned.get("rows"),
        "positives": learned.get("positives"),
        "training data": learned.get("sha256", "")[:12],
        "imported file": imported.get("sha256", "")[:12],
        "judged on": version.judged,
        "threshold": version.manifest.threshold,
        "SQL of features": document["provenance"]["feature_sql_sha256"][:12],
        "source": document["provenance"]["source"],
        **{f"library {name}": known for name, known in document["libraries"].items()},
    }


def describe(version: Version) -> dict[str, Any]:
    """A version in words, for a person."""
    return {
        "version": version.name,
        "role": version.role or "none",
        "artifact": str(version.path),
        **_described(version),
    }


def _version(path: Path, manifest: Manifest, log: Log, now: int) -> Version:
    records = tuple(record for record in log.in_force if record.version == manifest.version)
    return Version(path, manifest, _role(manifest.version, records, log, now), records)


def _role(name: str, records: tuple[Record, ...], log: Log, now: int) -> str:
    roles = roles_at(log.in_force, now)
    for record in (roles.champion, roles.canary, *roles.shadows):
        if record and record.version == name:
            return record.role
    was = any(record.role == CHAMPION and record.start <= now for record in records)
    return FORMER if was else ""
