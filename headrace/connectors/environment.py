"""Which jars an environment's tables need: ``connectors/<environment>/JARS``, a group of the manifest a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.connectors.manifest import chosen, read_manifest
from headrace.connectors.store import JarStore

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.runtime.suite import Suite


def jar_groups(suite: Suite, environment: str) -> list[str]:
    """Names of the groups that an environment needs, those of the environments it extends included.

    Raises:
        HeadraceError: when there is no such environment.
    """
    files = [suite.root / "connectors" / name / "JARS" for name in suite.lineage(environment)]
    names = [
        line.strip()
        for file in files
        if file.is_file()
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return list(dict.fromkeys(filter(None, names)))


def environment_jars(suite: Suite, environment: str, store: JarStore | None = None) -> tuple[Path, ...]:
    """The verified jars of an environment, fetched when they are not here; none for files.

    Raises:
        HeadraceError: when there is no such environment, the manifest lacks a group, or a jar can not be had.
    """
    names = jar_groups(suite, environment)
    groups = chosen(read_manifest(suite.root), names) if names else []
    return tuple((store or JarStore()).fetch_all(jar for group in groups for jar in group.jars))


def jars_beside(suite: Suite, environment: str, folder: Path) -> tuple[Path, ...]:
    """As :func:`environment_jars`, without those that are in a folder, such as a cluster's ``lib``.

    Raises:
        HeadraceError: as :func:`environment_jars`.
    """
    here = {path.name for path in folder.iterdir()}
    return tuple(jar for jar in environment_jars(suite, environment) if jar.name not in here)
