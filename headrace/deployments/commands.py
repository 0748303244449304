"""What deploy, promote, canary, shadow and rollback mean for a log: drafts of records, nothing written.

Author side.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.deployments.author import Draft
from headrace.deployments.encoded import DeploymentRefusedError
from headrace.deployments.record import CANARY, CHAMPION, SHADOW, Record
from headrace.deployments.roles import Roles, roles_at
from headrace.deployments.store import open_store
from headrace.deployments.versions import artifact_path, manifest_sha256
from headrace.models.artifact import load_artifact, to_path
from headrace.models.remote import is_remote, joined, relative, without_account

if TYPE_CHECKING:
    from headrace.deployments.log import Log
    from headrace.names import Name

SHADOWS = 2
"""How many versions may score beside the champion: each costs as much as the champion does."""
_FOREVER = 2**62


@dataclass(frozen=True)
class Wish:
    """Who asks, why, and from when on.

    Args:
        author: who.
        reason: why.
        effective_from: event time in milliseconds; None: as soon as possible.
        backdated: allow one that is too close or past.
    """

    author: str
    reason: str
    effective_from: int | None = None
    backdated: bool = False


@dataclass(frozen=True)
class Target:
    """A version and where it is.

    Args:
        version: its name.
        artifact: as it stands in records.
        manifest_sha256: of its manifest.
    """

    version: Name
    artifact: str
    manifest_sha256: str


def target(artifact: str | Path, log_location: str) -> Target:
    """The version of an artifact, verified; beside the log it is named relative to it, so both can be moved.

    Args:
        artifact: a path, a ``file:`` or an ``s3:`` URI; its account is not recorded, its other parameters are.
        log_location: where the log lies.

    Raises:
        DeploymentRefusedError: the log is in a bucket, the artifact at a path of this machine.
        ArtifactError: it is missing, damaged, or does not score as when it was trained.
    """
    location, folder = _recorded(str(artifact), open_store(log_location).home), to_path(artifact)
    return Target(load_artifact(folder).manifest.version, location, manifest_sha256(folder))


def standing(log: Log) -> Roles:
    """Who has which role once every record of the log has taken effect."""
    return roles_at(log.in_force, _FOREVER)


def deploy(found: Target, wish: Wish) -> Draft:
    """Make a version the champion."""
    return _draft(CHAMPION, found, "deploy", wish)


def promote(log: Log, version: str | None, wish: Wish) -> Draft:
    """Make a canary or a shadow the champion: the named one, else the canary, else the only shadow.

    Raises:
        DeploymentRefusedError: there is no such challenger.
    """
    roles = _with_champion(log)
    challengers = [each for each in (roles.canary, *roles.shadows) if each]
    named = [each for each in challengers if each.version == version]
    by_default = challengers if len(challengers) == 1 or roles.canary else []
    found = named if version else by_default
    if not found:
        names = ", ".join(f"{each.version} ({each.role})" for each in challengers) or "none"
        raise DeploymentRefusedError(
            f"expected one challenger to promote, got {version or 'no name'}; there are: {names}",
            "Name one of them; headrace deploy makes any version champion.",
        )
    return _draft(CHAMPION, _of(found[0]), "promote", wish)


def canary(log: Log, found: Target, share: float, wish: Wish) -> Draft:
    """Let a version score a share of the keys.

    Raises:
        DeploymentRefusedError: it is the champion.
    """
    _refuse_champion(log, found.version)
    return _draft(CANARY, found, "canary", wish, share)


def shadow(log: Log, found: Target, share: float, wish: Wish) -> Draft:
    """Let a version score a share of the keys beside the champion, deciding nothing.

    Raises:
        DeploymentRefusedError: it is the champion, or there are as many shadows as may be.
    """
    _refuse_champion(log, found.version)
    others = [each.version for each in standing(log).shadows if each.version != found.version]
    if len(others) >= SHADOWS:
        raise DeploymentRefusedError(
            f"there are {len(others)} shadows already, at most {SHADOWS} may be: {', '.join(others)}",
            "End one first: headrace shadow --end VERSION.",
        )
    return _draft(SHADOW, found, "shadow", wish, share)


def end(log: Log, role: str, version: str | None, wish: Wish) -> Draft:
    """End the canary, or a shadow.

    Raises:
        DeploymentRefusedError: there is none.
    """
    roles = _with_champion(log)
    running = [each for each in (roles.canary, *roles.shadows) if each and each.role == role]
    found = [each for each in running if version in {None, each.version}]
    if len(found) != 1:
        names = ", ".join(each.version for each in running) or "none"
        raise DeploymentRefusedError(
            f"expected one {role} to end, got {version or 'no name'}; there are: {names}",
            f"Name one of them: headrace {role} --end VERSION.",
        )
    return _draft(role, _of(found[0]), f"end {role}", wish, 0.0)


def rollback(log: Log, version: str | None, wish: Wish) -> Draft:
    """Make an earlier champion champion again: the named one, else the one before.

    Raises:
        DeploymentRefusedError: there is no such earlier champion.
    """
    champion = _with_champion(log).champion
    earlier = [each for each in log.in_force if each.role == CHAMPION]
    others = [each for each in reversed(earlier) if champion and each.version != champion.version]
    found = next((each for each in others if version in {None, each.version}), None)
    if found is None:
        names = ", ".join(dict.fromkeys(each.version for each in others)) or "none"
        raise DeploymentRefusedError(
            f"there is no earlier champion{f' {version}' if version else ''} to go back to; there are: {names}",
            "See headrace deployments.",
        )
    return _draft(CHAMPION, _of(found), "rollback", wish)


def artifact_of(draft: Draft, log_location: str) -> Path:
    """The folder of what is to be deployed."""
    return artifact_path(draft.artifact, open_store(log_location).home)


def _recorded(artifact: str, home: str) -> str:
    """An artifact as it stands in records of a log."""
    if is_remote(artifact):
        return relative(artifact, home) or without_account(artifact)
    if is_remote(home):
        return _seen_by_workers(artifact, home)
    folder, log = to_path(artifact).absolute(), Path(home)
    return os.path.relpath(folder, log) if log.parent in folder.parents else str(folder)


def _seen_by_workers(artifact: str, home: str) -> str:
    """The ``file:`` URI of a folder, which says that all machines have it; a mere path does not."""
    if ":/" in artifact:
        return artifact
    folder = Path(artifact).absolute()
    raise DeploymentRefusedError(
        f"{folder} is a path of this machine, the deployment log is in S3: workers elsewhere would not find it",
        f"Copy the folder into the bucket and deploy {joined(without_account(home), f'../models/{folder.name}')}; "
        f"one that all workers see at this path is deployed as {folder.as_uri()}.",
    )


def _with_champion(log: Log) -> Roles:
    roles = standing(log)
    if roles.champion is None:
        raise DeploymentRefusedError("nothing is deployed yet", "Begin with headrace deploy.")
    return roles


def _refuse_champion(log: Log, version: str) -> None:
    champion = standing(log).champion
    if champion and champion.version == version:
        raise DeploymentRefusedError(
            f"{version} is the champion: it scores all keys already", "Name another version."
        )


def _of(record: Record) -> Target:
    return Target(record.version, record.artifact, record.manifest_sha256)


def _draft(role: str, found: Target, command: str, wish: Wish, share: float = 1.0) -> Draft:
    return Draft(
        role=role,
        version=found.version,
        artifact=found.artifact,
        manifest_sha256=found.manifest_sha256,
        command=command,
        author=wish.author,
        reason=wish.reason,
        share=share,
        effective_from=wish.effective_from,
        backdated=wish.backdated,
    )
