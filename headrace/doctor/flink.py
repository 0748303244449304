"""Java, PyFlink with its jars, the suite, and connector jars against the version of Flink."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.doctor.finding import Finding
from headrace.errors import HeadraceError
from headrace.runtime.java import find_java_home, java_version
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SUPPORTED = (2, 3)
NEEDED_JARS = ("flink-dist", "flink-table-api-java-uber", "flink-table-planner-loader", "flink-table-runtime")
_JAR = re.compile(
    r"(?P<artifact>.+?)(?:_2\.1[0-3])?-(?P<first>\d+(?:\.\d+)+)(?:-(?P<second>\d+(?:\.\d+)+))?\.jar"
)


def java() -> Finding:
    """Which Java runtime a job would use."""
    try:
        home = find_java_home()
    except HeadraceError as error:
        return Finding("Java", "problem", f"{error.args[0]}.", error.hint)
    said = f"Java {java_version(home / 'bin' / 'java')} in {home}."
    named = os.environ.get("JAVA_HOME")
    if named and Path(named) != home:
        return Finding("Java", "warning", f"{said} JAVA_HOME={named} is passed over.", "unset JAVA_HOME")
    return Finding("Java", "ok", said)


def installation(packages: Path | None = None) -> Finding:
    """Whether PyFlink is there, in the supported version and with its jars.

    Args:
        packages: PyFlink's folder; found when not given.
    """
    folder = packages or pyflink_folder()
    if folder is None:
        return Finding(
            "PyFlink", "problem", "apache-flink is not installed.", "pip install apache-flink==2.3.0"
        )
    missing = [name for name in NEEDED_JARS if not any((folder / "lib").glob(f"{name}-*.jar"))]
    if missing:
        advice = "pip install --force-reinstall --no-deps apache-flink-libraries==2.3.0"
        return Finding("PyFlink", "problem", f"{folder / 'lib'} lacks {', '.join(missing)}.", advice)
    version = flink_version()
    if version[:2] != SUPPORTED:
        advice = "headrace is tested with 2.3: pip install apache-flink==2.3.0"
        return Finding("PyFlink", "warning", f"apache-flink {_dotted(version)}.", advice)
    return Finding("PyFlink", "ok", f"apache-flink {_dotted(version)} with its jars in {folder}.")


def pyflink_folder() -> Path | None:
    """Where the package pyflink is; None when it is not installed. Does not import it."""
    spec = find_spec("pyflink")
    return Path(spec.origin).parent if spec and spec.origin else None


def flink_version() -> tuple[int, ...]:
    """The installed version of apache-flink; empty when it is not installed."""
    try:
        return tuple(int(part) for part in re.findall(r"\d+", metadata.version("apache-flink"))[:3])
    except metadata.PackageNotFoundError:
        return ()


def suite(chosen: str | None) -> Finding:
    """Whether the suite's folders are there and its SQL can be read."""
    try:
        root = find_root(chosen)
        found = Suite(root)
        names = [found.use_case(name).name for name in found.use_cases]
        environments = found.environments
    except (HeadraceError, OSError) as error:
        return Finding("suite", "problem", str(error), "headrace check says more about SQL files.")
    missing = [name for name in ("flink-conf", "jobs", "udfs") if not (root / name).is_dir()]
    if missing:
        return Finding(
            "suite", "problem", f"{root} lacks {', '.join(missing)}.", "Pass --root or set HEADRACE_ROOT."
        )
    return Finding("suite", "ok", f"{', '.join(names)} for {', '.join(environments)} in {root}.")


@dataclass(frozen=True)
class Jar:
    """A jar that says in its name for which version of Flink it is.

    Attributes:
        artifact: its name without versions.
        flink: the version of Flink it is made for.
        path: the file.
    """

    artifact: str
    flink: tuple[int, ...]
    path: Path


def connector_jars(folders: Iterable[Path], version: tuple[int, ...]) -> Finding:
    """Whether jars are made for this version of Flink, as far as their names tell, and none is there twice.

    Args:
        folders: jars, and folders with jars.
        version: of Flink.
    """
    places = list(folders)
    absent = [str(place) for place in places if not place.exists()]
    found = [jar for path in _files(places) if (jar := parse(path.name, path))]
    wrong = [
        f"{jar.path.name} is for Flink {_dotted(jar.flink)}" for jar in found if not fits(jar.flink, version)
    ]
    twice = sorted(_doubled(found))
    if absent:
        return _bad_jars(f"There is no {', '.join(absent)}.", "Look at the path.")
    if wrong:
        advice = f"Take the build whose name ends in {_dotted(version[:2])}, or in an earlier {version[0]}.x."
        return _bad_jars(f"{', '.join(wrong)}; this is {_dotted(version)}.", advice)
    if twice:
        return _bad_jars(f"Several versions of {', '.join(twice)}.", "Keep one of each.")
    return Finding("connector jars", "ok", f"{len(found)} jars, made for Flink {version[0]}.x.")


def default_folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where Flink takes jars from: ``FLINK_LIB_DIR`` and PyFlink's own lib."""
    folder = pyflink_folder()
    chosen = environment.get("FLINK_LIB_DIR")
    return [*([Path(chosen)] if chosen else []), *([folder / "lib"] if folder else [])]


def parse(name: str, path: Path) -> Jar | None:
    """For which Flink a jar is; None when its name does not tell.

    Three forms: Flink's own parts carry its version (``flink-json-2.3.0``), connectors carry it last
    (``flink-sql-connector-kafka-5.0.0-2.2``), other projects in the middle (``iceberg-flink-runtime-2.1-1.11.0``).
    """
    match = _JAR.fullmatch(name)
    if match is None or "flink" not in match["artifact"] or re.search("-cdc|-shaded", match["artifact"]):
        return None
    first, second = _numbers(match["first"]), _numbers(match["second"] or "")
    own = match["artifact"].startswith("flink-")
    if second:
        # The version of Flink has two numbers, a project's own mostly three.
        by_length = first if len(first) < len(second) else second
        return Jar(match["artifact"], by_length if len(first) != len(second) or own else first, path)
    return Jar(match["artifact"], first, path) if own and first[0] in {1, 2} else None


def fits(made_for: Sequence[int], version: Sequence[int]) -> bool:
    """Whether a jar made for one version of Flink runs on another: the same major version, not a later minor one."""
    return tuple(made_for[:1]) == tuple(version[:1]) and tuple(made_for[:2]) <= tuple(version[:2])


def _bad_jars(said: str, advice: str) -> Finding:
    return Finding("connector jars", "problem", said, advice)


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for each in folders:
        yield from sorted(each.glob("*.jar")) if each.is_dir() else [each]


def _doubled(jars: Sequence[Jar]) -> set[str]:
    names = {(jar.artifact, jar.path.name) for jar in jars}
    artifacts = [artifact for artifact, _ in names]
    return {artifact for artifact in artifacts if artifacts.count(artifact) > 1}


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part)


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))
