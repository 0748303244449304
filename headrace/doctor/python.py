"""This Python: its version, its packages against the pins, and variables that lead PyFlink astray."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from headrace.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OLDEST = (3, 9)
NEWEST = (3, 12)
_INTERPRETERS = ("PYFLINK_CLIENT_EXECUTABLE", "PYFLINK_EXECUTABLE")
_SHOWN = 5


def version(current: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether PyFlink runs on this version of Python."""
    said = f"Python {'.'.join(map(str, current))} in {sys.prefix}."
    if OLDEST <= tuple(current[:2]) <= NEWEST:
        return Finding("Python", "ok", said)
    advice = "apache-flink 2.3.0 is made for Python 3.9 to 3.12: make the environment with one of those."
    return Finding("Python", "problem", said, advice)


def pins(root: Path | None) -> Finding:
    """Whether the installed packages are the pinned ones.

    Args:
        root: the checkout; its requirements/runtime.txt is compared, or the package's own metadata where there is none.
    """
    file = root / "requirements" / "runtime.txt" if root else None
    if file and file.is_file():
        wanted, source = list(read_pins(file)), "requirements/runtime.txt"
    else:
        wanted, source = list(_own_requirements()), "headrace's metadata"
    wrong = list(differences(wanted))
    if not wrong:
        return Finding("packages", "ok", f"{len(wanted)} packages are as {source} says.")
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    advice = "In a checkout: make demo installs them. Elsewhere: pip install --force-reinstall headrace."
    return Finding("packages", "warning", f"Not as {source} says: {', '.join(wrong[:_SHOWN])}{more}.", advice)


def read_pins(file: Path) -> Iterator[Requirement]:
    """The pins of a requirements file that hold for this Python and machine."""
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            requirement = Requirement(line.rstrip(" \\"))
        except InvalidRequirement:
            continue  # a hash or a comment
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def differences(wanted: Iterable[Requirement]) -> Iterator[str]:
    """What is installed otherwise, or not at all: ``numpy 1.26.4 (==2.1.3)``."""
    for requirement in wanted:
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield f"{requirement.name} missing ({requirement.specifier})"
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield f"{requirement.name} {installed} ({requirement.specifier})"


def variables(environment: Mapping[str, str] = os.environ) -> Finding:
    """Whether variables of the environment lead PyFlink elsewhere than it seems.

    Args:
        environment: the variables.
    """
    found = [*_flink(environment), *_interpreters(environment), *_paths(environment), *_proxy(environment)]
    if not found:
        return Finding("variables", "ok", "None that leads PyFlink astray.")
    return Finding(
        "variables",
        "warning",
        " ".join(said for said, _ in found),
        " ".join(advice for _, advice in found),
    )


def _own_requirements() -> Iterator[Requirement]:
    for line in metadata.requires("headrace") or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _flink(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in ("FLINK_HOME", "FLINK_LIB_DIR"):
        if environment.get(name):
            yield f"{name}={environment[name]} replaces the Flink that came with PyFlink.", f"unset {name}"
    folder = environment.get("FLINK_CONF_DIR")
    if folder and not (Path(folder) / "config.yaml").is_file():
        yield (
            f"FLINK_CONF_DIR={folder} has no config.yaml (Flink 2 ignores flink-conf.yaml).",
            "unset FLINK_CONF_DIR",
        )
    elif folder:
        yield f"FLINK_CONF_DIR={folder} sets options that no profile names.", "unset FLINK_CONF_DIR"


def _interpreters(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in _INTERPRETERS:
        chosen = environment.get(name)
        if chosen and Path(chosen).absolute() != Path(sys.executable).absolute():
            yield f"{name}={chosen} is another Python than this one.", f"unset {name}"


def _paths(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for entry in filter(None, environment.get("PYTHONPATH", "").split(os.pathsep)):
        if (
            entry.rstrip("/").endswith(("site-packages", "dist-packages"))
            or (Path(entry) / "pyflink").is_dir()
        ):
            yield f"PYTHONPATH={entry} brings packages of another environment.", "unset PYTHONPATH"


def _proxy(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    proxies = [name for name in ("http_proxy", "grpc_proxy", "https_proxy") if environment.get(name)]
    excluded = environment.get("no_grpc_proxy") or environment.get("no_proxy") or ""
    if proxies and not {"localhost", "127.0.0.1", "*"} & {each.strip() for each in excluded.split(",")}:
        said = f"{proxies[0]} is set and no_proxy lacks localhost: Flink would look for its Python workers there."
        yield said, "export no_proxy=localhost,127.0.0.1"
