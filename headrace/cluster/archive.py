"""The suite as one file that goes to the workers with a job."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import headrace
from headrace.runtime.configuration import operator_jars

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYERS = ("connectors", "flink-conf", "jobs", "sql", "udfs")
_NAME_LENGTH = 12


def pack_suite(root: Path, folder: Path) -> Path:
    """Write the archive of a suite, named after what is in it; the same content gives the same file.

    Args:
        root: the suite.
        folder: where the archive goes; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"unfinished-{os.getpid()}.zip"
    with ZipFile(unfinished, "w", ZIP_DEFLATED) as archive:
        for name, path in sorted(_contents(root)):
            archive.writestr(ZipInfo(name), path.read_bytes(), ZIP_DEFLATED)
    digest = hashlib.sha256(unfinished.read_bytes()).hexdigest()
    return unfinished.replace(folder / f"suite-{digest[:_NAME_LENGTH]}.zip")


def _contents(root: Path) -> Iterator[tuple[str, Path]]:
    for path in operator_jars(root):
        yield str(path.relative_to(root)), path
    for layer in LAYERS:
        yield from _files(root / layer, root)
    package = Path(headrace.__file__).parent
    for name, path in _files(package, package.parent):
        if not name.startswith("headrace/suite/"):
            yield name, path


def _files(folder: Path, base: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(base).as_posix(), path
