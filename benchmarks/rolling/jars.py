"""The verified jars that a benchmark needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.place import ROOT
from headrace.connectors.manifest import chosen, read_manifest
from headrace.connectors.store import JarStore

if TYPE_CHECKING:
    from pathlib import Path


def jars(group: str) -> list[Path]:
    """The verified jars of a group of connectors/jars.yaml, fetched when they are not here.

    Raises:
        HeadraceError: when one can not be had.
    """
    (found,) = chosen(read_manifest(ROOT), [group])
    return JarStore().fetch_all(found.jars)
