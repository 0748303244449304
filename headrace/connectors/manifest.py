"""``connectors/jars.yaml``: which jars belong to what, for which Flink, with the SHA-256 of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_COORDINATE = re.compile(r"[\w.-]+:[\w.-]+:[\w.-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Jar:
    """One jar.

    Attributes:
        coordinate: ``group:artifact:version``, as Maven names it.
        sha256: of the file, 64 hexadecimal digits.
        flink: the version of Flink in its name, such as ``2.2``; empty when it is bound to none.
        classifier: what Maven calls the form of an artifact, such as ``all``; empty for the usual one.
        packaging: ``jar``, or what the file is instead, such as ``tar.gz``.
    """

    coordinate: str
    sha256: str
    flink: str = ""
    classifier: str = ""
    packaging: str = "jar"

    @property
    def file_name(self) -> str:
        """``artifact-version.jar``, with its classifier after the version."""
        _, artifact, version = self.coordinate.split(":")
        return f"{'-'.join(filter(None, (artifact, version, self.classifier)))}.{self.packaging}"

    @property
    def layout(self) -> str:
        """Its place in a Maven repository."""
        group, artifact, version = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.file_name}"


@dataclass(frozen=True)
class JarGroup:
    """Jars that are used together.

    Attributes:
        name: what ``headrace connectors fetch`` takes.
        purpose: what they are for.
        place: the folder of a Flink home they belong into; empty when they run by themselves.
        jars: all of them, what they need themselves included.
    """

    name: str
    purpose: str
    place: str
    jars: tuple[Jar, ...]


def read_manifest(root: Path) -> dict[str, JarGroup]:
    """The groups of a suite by name, in the order of the file.

    Raises:
        HeadraceError: when there is no such file, it is no YAML, or an entry lacks a coordinate or a SHA-256.
    """
    path = root / "connectors" / "jars.yaml"
    if not path.is_file():
        raise HeadraceError(f"{path}: there is no such file", "It says which jars the connectors need.")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise HeadraceError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    return {name: _group(path, name, entry) for name, entry in _mapping(path, content).items()}


def chosen(groups: Mapping[str, JarGroup], names: Iterable[str]) -> list[JarGroup]:
    """Groups by name; all of them when none is named.

    Raises:
        HeadraceError: when there is no group of a name.
    """
    wanted = list(names) or list(groups)
    unknown = [name for name in wanted if name not in groups]
    if unknown:
        raise HeadraceError(
            f"there are no jars called {', '.join(unknown)}", f"There are: {', '.join(groups)}."
        )
    return [groups[name] for name in wanted]


def _mapping(path: Path, content: Any) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise HeadraceError(f"{path}: expected groups of jars by name, found {type(content).__name__}")
    return content


def _group(path: Path, name: str, entry: Any) -> JarGroup:
    fields = _mapping(path, entry)
    jars = tuple(_jar(f"{path}: {name}", each) for each in fields.get("jars") or [])
    if not jars or not fields.get("for"):
        raise HeadraceError(
            f"{path}: {name} lacks {'for' if jars else 'jars'}", "Say what it is for, and name its jars."
        )
    return JarGroup(name, str(fields["for"]), str(fields.get("place", "")), jars)


def _jar(place: str, entry: Any) -> Jar:
    fields = entry if isinstance(entry, dict) else {}
    coordinate, sha256 = str(fields.get("jar", "")), str(fields.get("sha256", ""))
    if not _COORDINATE.fullmatch(coordinate):
        raise HeadraceError(f"{place}: expected jar: group:artifact:version, found {entry!r}")
    if not _SHA256.fullmatch(sha256):
        raise HeadraceError(
            f"{place}: {coordinate}: expected sha256 with 64 hexadecimal digits, found {sha256!r}"
        )
    form = {name: str(fields[name]) for name in ("flink", "classifier", "packaging") if name in fields}
    return Jar(coordinate, sha256, **form)
