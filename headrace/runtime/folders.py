"""The local folders behind an environment's tables."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.runtime.resolve import SINKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.runtime.resolve import Step

_PATH = re.compile(r"'path'\s*=\s*'((?:[^']|'')+)'")
_FILE = "file://"
_ELSEWHERE = re.compile(r"(?!file:)[a-z][a-z0-9+.-]*://")


def folder_of(step: Step) -> Path | None:
    """The local folder a bound table stands for; None when it stands elsewhere."""
    found = _PATH.search(step.statement.text)
    place = found.group(1).replace("''", "'") if found else ""
    if not place or _ELSEWHERE.match(place):
        return None
    return Path(place.removeprefix(_FILE))


def flink_path(path: Path) -> str:
    """A folder or file of this machine as Flink takes it where it wants a path.

    Nothing is encoded: Flink takes ``%20`` for a part of the name. Where it wants a URL (jars), ``as_uri`` is right.

    >>> flink_path(Path("/a b/100% #1"))
    'file:///a b/100% #1'
    """
    return f"{_FILE}{path.absolute()}"


def local_path(place: str) -> Path | None:
    """The folder or file of this machine that Flink names, such as a savepoint's; None when it is elsewhere.

    >>> str(local_path("file:/a b/100% #1")), local_path("s3://bucket/a")
    ('/a b/100% #1', None)
    """
    if _ELSEWHERE.match(place):
        return None
    return Path(re.sub("^file:(?://)?(?=/)", "", place))


def create_folders(steps: Iterable[Step]) -> None:
    """Create the folders of all tables, since Flink refuses a source whose folder is not there.

    Raises:
        HeadraceError: when one can not be made.
    """
    for folder in filter(None, map(folder_of, steps)):
        create_folder(folder)


def create_folder(folder: Path) -> None:
    """Create a folder and those above it, unless they are there.

    Raises:
        HeadraceError: when it can not be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HeadraceError(
            f"{folder}: can not be created: {error.strerror}", "Choose another folder with --data."
        ) from error


def create_writable(steps: Sequence[Step]) -> None:
    """Create the folders of all tables of a job that runs here.

    Raises:
        HeadraceError: when one can not be made, or a sink's can not be written, which Flink would notice at the first
            row, and try ten times.
    """
    create_folders(steps)
    sinks = (folder_of(step) for step in steps if step.database == SINKS)
    for folder in filter(None, sinks):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise HeadraceError(
                f"{folder}: expected a folder that can be written, and it can not",
                "It may belong to another user, or be mounted read-only; choose another place with --data.",
            )


def write_private(path: Path, text: str) -> None:
    """Write a file that may hold a secret: a new one is its owner's alone."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def written_before(steps: Iterable[Step]) -> list[Path]:
    """Folders of sinks that already hold files."""
    sinks = (folder_of(step) for step in steps if step.database == SINKS)
    return [folder for folder in sinks if folder and folder.is_dir() and any(folder.iterdir())]


def of_other_jobs(steps: Iterable[Step], job: str, others: Iterable[str]) -> list[Path]:
    """Folders that hold files of other jobs, beside those of a job, where a sink has a folder a job."""
    sinks = (folder_of(step) for step in steps if step.database == SINKS)
    beside = [folder.parent / other for folder in sinks if folder and folder.name == job for other in others]
    return [folder for folder in beside if folder.is_dir() and any(folder.iterdir())]


def clear(folders: Iterable[Path]) -> None:
    """Delete what folders hold."""
    for folder in folders:
        shutil.rmtree(folder)
        folder.mkdir()
