"""The jars that the suite pins: whether they go with the installed Flink, and whether they are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.connectors.manifest import read_manifest
from headrace.connectors.store import JarStore
from headrace.doctor.finding import Finding
from headrace.doctor.flink import fits
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.connectors.manifest import Jar

CHECK = "pinned jars"


def pinned(root: Path | None, version: Sequence[int], store: JarStore | None = None) -> Finding:
    """Whether the jars of ``connectors/jars.yaml`` are made for a version of Flink, and which are here.

    Args:
        root: the suite; None when there is none.
        version: of Flink.
        store: where fetched jars are.
    """
    try:
        groups = read_manifest(root) if root else {}
    except HeadraceError as error:
        return Finding(CHECK, "problem", f"{error.args[0]}", error.hint)
    jars = [jar for group in groups.values() for jar in group.jars]
    wrong = [jar.coordinate for jar in jars if jar.flink and not fits(_numbers(jar), version)]
    if wrong:
        installed = ".".join(map(str, version))
        advice = "Take their build for this Flink: a new line with its SHA-256 in connectors/jars.yaml."
        return Finding(CHECK, "problem", f"{', '.join(wrong)} not for Flink {installed}.", advice)
    kept = store or JarStore()
    here = [name for name, group in groups.items() if all(map(kept.has, group.jars))]
    said = f"{len(jars)} jars, made for Flink {version[0]}.x; here: {', '.join(here) or 'none'}."
    return Finding(CHECK, "ok", said)


def _numbers(jar: Jar) -> tuple[int, ...]:
    return tuple(int(part) for part in jar.flink.split("."))
