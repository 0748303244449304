"""What the deployment log says of an event, and where the artifact of a version is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.audit.result import AuditError, Deployment
from headrace.deployments.record import CHAMPION
from headrace.deployments.roles import choose, place_of, roles_at
from headrace.deployments.versions import artifact_path, manifest_sha256
from headrace.models.artifact import MANIFEST, load_artifact
from headrace.models.manifest import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.deployments.record import Record
    from headrace.models.artifact import Artifact


def deployment_of(records: Sequence[Record], log: str, time: int, key: str | None) -> Deployment | None:
    """What a log says of an event; None when it has no champion, and so decides nothing.

    Args:
        records: those in force, in order.
        log: where it lies.
        time: of the event, in milliseconds since 1970.
        key: of its entity, as text.
    """
    if not any(record.role == CHAMPION for record in records):
        return None
    roles = roles_at(records, time)
    place = place_of(roles.canary.version, key) if roles.canary and key is not None else None
    return Deployment(log, time, key, choose(roles, key).scored_by, roles, place)


def naming(version: str, records: Sequence[Record], decided: Record | None) -> list[Record]:
    """The records that name a version: the one that decided on the event first, then from the newest on."""
    those = [record for record in reversed(records) if record.version == version]
    return sorted(those, key=lambda record: record is not decided)


def where_is(version: str, records: Sequence[Record], home: str, models: Path) -> Path:
    """The artifact of a version: where a record says, else below the folder of versions.

    Args:
        version: its name.
        records: those that name it.
        home: where the log lies.
        models: holds a folder a version.

    Raises:
        AuditError: it is in none of the places; names them, and why one of them can not be read.
    """
    own = (models / version).absolute()
    places = [*(_place(record, home) for record in records), (own, str(own))]
    for path, _ in places:
        if path and (path / MANIFEST).is_file():
            return path
    sought = dict.fromkeys(said for _, said in places)
    raise AuditError(f"the artifact of {version} is not in {' or '.join(sought)}")


def _place(record: Record, home: str) -> tuple[Path | None, str]:
    """Where a record says that the artifact is, as a folder of this machine and in words."""
    try:
        path = artifact_path(record.artifact, home)
    except ArtifactError as error:
        return None, f"{record.artifact} ({error.args[0]})"
    return path, str(path)


def load(path: Path, record: Record | None) -> Artifact:
    """An artifact, verified to the last byte and, where a record names it, to be what was deployed.

    Raises:
        ArtifactError: it is damaged.
        AuditError: it is another one.
    """
    found = manifest_sha256(path)
    if record and found != record.manifest_sha256:
        raise AuditError(
            f"{path} is not what record {record.number} deployed as {record.version}: "
            f"SHA-256 of {MANIFEST} is {found}, the record says {record.manifest_sha256}"
        )
    return load_artifact(path)
