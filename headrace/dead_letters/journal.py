"""Replays on disk: numbered folders, each committed in one step and then moved into the tables.

``<data>/replays/0001/`` holds the tables of the replay's own run and, in ``outbox/``, the files it adds to the data
folder. Nothing outside is touched before ``commit.json`` is there; from then on whatever still stands in the outbox is
moved, now or by the next replay. A folder without ``commit.json`` is an attempt that was cut off: it is deleted.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

from headrace.dead_letters.lines import to_disk, write_document
from headrace.dead_letters.replayed import REPLAYED
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FOLDER = "replays"
OUTBOX = "outbox"
COMMIT = "commit.json"
_FILE = re.compile(r"replay-(\d+)-\d+\.jsonl")


def recover(data: Path) -> list[int]:
    """Finish replays that were cut off while their results were moved, and delete those cut off before.

    Returns:
        Numbers of those that were finished.

    Raises:
        HeadraceError: as :func:`move`.
    """
    interrupted = unfinished(data)
    for number in interrupted:
        move(data, number)
    for folder in _folders(data).values():
        if not (folder / COMMIT).is_file():
            shutil.rmtree(folder)
    return interrupted


def unfinished(data: Path) -> list[int]:
    """Numbers of the replays that are committed and not moved."""
    return [
        number
        for number, folder in _folders(data).items()
        if (folder / COMMIT).is_file() and (folder / OUTBOX).exists()
    ]


def begin(data: Path) -> tuple[int, Path]:
    """The next number, and its new folder; numbers of files that older replays left in the tables are not reused."""
    files = (_FILE.fullmatch(path.name) for path in data.glob("*/replay-*.jsonl"))
    used = [*_folders(data), *(int(found.group(1)) for found in files if found)]
    number = max(used, default=0) + 1
    folder = data / FOLDER / f"{number:04}"
    folder.mkdir(parents=True)
    return number, folder


def file_name(number: int) -> str:
    """Name of the files that a replay adds to tables: ``replay-0001-0.jsonl``."""
    return f"replay-{number:04}-0.jsonl"


def commit(data: Path, number: int, report: Mapping[str, Any]) -> None:
    """Make a replay final: after this, its outbox will be in the tables.

    Args:
        data: the data folder.
        number: the replay's.
        report: what it did; kept in ``commit.json``.
    """
    folder = _folders(data)[number]
    files = _outbox_files(folder)
    for path in files:
        to_disk(path)
    names = [path.relative_to(folder / OUTBOX).as_posix() for path in files]
    write_document(folder / COMMIT, {"replay": number, "files": names, **report})


def move(data: Path, number: int) -> None:
    """Move what is left in a committed replay's outbox into the tables; each file appears there whole.

    Raises:
        HeadraceError: when a table holds another file of that name.
    """
    folder = _folders(data)[number]
    for path in sorted(_outbox_files(folder), key=_verdicts_last):
        target = data / path.relative_to(folder / OUTBOX)
        if target.exists():
            raise HeadraceError(
                f"{target} is there already and is not of this replay", f"Move it away; {path} belongs there."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    shutil.rmtree(folder / OUTBOX, ignore_errors=True)


def void_replays(data: Path) -> set[int]:
    """Numbers of replays whose results are not all there any more: a later run deleted tables to begin anew."""
    return {
        number
        for number, folder in _folders(data).items()
        if (folder / COMMIT).is_file() and not _all_there(data, folder)
    }


def _all_there(data: Path, folder: Path) -> bool:
    names: Iterable[str] = json.loads((folder / COMMIT).read_text(encoding="utf-8"))["files"]
    return all((data / name).is_file() or (folder / OUTBOX / name).is_file() for name in names)


def _folders(data: Path) -> dict[int, Path]:
    found = (path for path in (data / FOLDER).glob("*") if path.is_dir() and path.name.isdigit())
    return {int(path.name): path for path in sorted(found, key=lambda path: int(path.name))}


def _outbox_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / OUTBOX).rglob("*") if path.is_file())


def _verdicts_last(path: Path) -> tuple[bool, str]:
    """Verdicts come last: a letter is closed when its rows are there, not before."""
    return path.parent.name == REPLAYED.name, str(path)
