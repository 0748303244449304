"""The versions that a worker has loaded: each verified before it is used, not more of them than fit.

Worker side: imports what `headrace.models` needs in a worker and nothing heavier.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from headrace.errors import HeadraceError
from headrace.models.artifact import MANIFEST, load_artifact, read_file, to_path
from headrace.models.manifest import ArtifactError
from headrace.models.remote import is_remote, joined
from headrace.models.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.deployments.record import Record
    from headrace.models.artifact import Artifact

LOADED = 8
"""Versions in memory at once. Five can be needed at one time: champion, canary, two shadows, the one to come."""

_log = logging.getLogger(__name__)


class Loaded(NamedTuple):
    """A version, ready: with reasons for decisions, without for shadows."""

    scorer: Scorer
    shadow: Scorer


class Versions:
    """Loads the versions that records name.

    Args:
        home: where the log lies; relative artifacts start there.
        reasons: how many reasons to give for a decision at most.
        limit: versions in memory; beyond it the one that was needed longest ago goes.
    """

    def __init__(self, home: str, reasons: int, limit: int = LOADED) -> None:
        self._home = home
        self._reasons = reasons
        self._limit = limit
        self._loaded: dict[str, Loaded] = {}

    @property
    def names(self) -> list[str]:
        """The versions in memory, the one that was needed longest ago first."""
        return [loaded.scorer.version for loaded in self._loaded.values()]

    def trained_until(self, version: str) -> str | None:
        """As `headrace.models.scorer.Scorer.trained_until`, of the versions in memory."""
        known = (loaded.scorer.trained_until(version) for loaded in self._loaded.values())
        return next((until for until in known if until), None)

    def get(self, record: Record) -> Loaded:
        """The version of a record; loads, verifies and warms it if it is not there.

        Raises:
            ArtifactError: the artifact is missing, damaged, or not the one that was deployed.
        """
        loaded = self._loaded.pop(record.manifest_sha256, None) or self._load(record)
        self._loaded[record.manifest_sha256] = loaded
        while len(self._loaded) > self._limit:
            self._loaded.pop(next(iter(self._loaded)))
        return loaded

    def prepare(self, records: Iterable[Record]) -> None:
        """Load versions before they are needed; one that can not be loaded is an error only when it is needed."""
        for record in records:
            try:
                self.get(record)
            except HeadraceError as error:  # noqa: PERF203 -- each by itself
                _log.warning(
                    "record %d, which is to come, can not take effect here: %s", record.number, error
                )

    def _load(self, record: Record) -> Loaded:
        artifact = load_deployed(record, self._home)
        return Loaded(Scorer(artifact, self._reasons), Scorer(artifact, reasons=0))


def load_deployed(record: Record, home: str) -> Artifact:
    """Load the artifact of a record and verify that it is the one that was deployed.

    Args:
        record: names the artifact and the hash of its manifest.
        home: where the log lies.

    Raises:
        ArtifactError: it is missing, damaged, another one, or does not score as when it was trained.
    """
    path = artifact_path(record.artifact, home)
    found = manifest_sha256(path)
    if found != record.manifest_sha256:
        raise ArtifactError(
            f"{path} is not what record {record.number} deployed as {record.version}: "
            f"SHA-256 of {MANIFEST} is {found}, the record says {record.manifest_sha256}",
            "Put the artifact back that was deployed; a changed one is another version.",
        )
    artifact = load_artifact(path)
    if artifact.manifest.version != record.version:
        raise ArtifactError(
            f"{path} is {artifact.manifest.version}, record {record.number} calls it {record.version}",
            "Void the record by deploying the version that is meant.",
        )
    return artifact


def manifest_sha256(artifact: Path) -> str:
    """SHA-256 of an artifact's manifest, which holds those of all its other files.

    Raises:
        ArtifactError: there is none.
    """
    return hashlib.sha256(read_file(artifact / MANIFEST)).hexdigest()


def artifact_path(location: str, home: str) -> Path:
    """The folder of an artifact; a relative one starts where the log lies, in a folder or a bucket.

    >>> artifact_path("../models/fraud-1", "/data/deployments").as_posix()
    '/data/models/fraud-1'
    """
    if ":/" in location or Path(location).is_absolute():
        return to_path(location)
    if is_remote(home):
        return to_path(joined(home, location))
    return Path(os.path.normpath(to_path(home) / location))
