"""Deployment logs of the fraud case, as tests lay them, as if they had always been there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.deployments.author import Author, Draft
from headrace.deployments.record import to_millis
from headrace.deployments.store import Folder
from headrace.deployments.versions import manifest_sha256
from headrace.training.period import moment
from tests.artifact import make_artifact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from headrace.deployments.record import Record


def make_log(data: Path, deployments: Iterable[Mapping[str, Any]]) -> list[Record]:
    """Write a log into ``<data>/deployments``, and the versions that it names into ``<data>/models``.

    Args:
        data: the folder of the tables.
        deployments: ``role``, ``version``, and, where it is not the first, ``effective_from`` in ISO-8601; ``share``.
    """
    author = Author(Folder(data / "deployments"))
    return [author.publish(_draft(data, **each), author.read()) for each in deployments]


def _draft(data: Path, role: str, version: str, effective_from: str = "", share: float = 1.0) -> Draft:
    folder = data / "models" / version
    if not folder.exists():
        make_artifact(folder, version)
    return Draft(
        role=role,
        version=version,
        artifact=f"../models/{version}",
        manifest_sha256=manifest_sha256(folder),
        command="deploy",
        author="test",
        reason="test",
        share=share,
        effective_from=to_millis(moment(effective_from)) if effective_from else None,
        backdated=bool(effective_from),
    )
