"""One writer for each part of a data folder: named while it lives, gone when its process is.

A writer keeps a file in ``<data>/.locks`` that says who it is and which parts it writes, and holds the system's lock on
that file. The system gives the lock back however the process ends, so what a dead writer left behind is told from a
living one by trying to take it; no process number is looked up.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timezone
from typing import IO, TYPE_CHECKING
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

LOCKS = ".locks"
EVERYTHING = ""
"""The part that all others are in."""
_MUTEX = ".mutex"
_SUFFIX = ".json"
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_mine: dict[Path, IO[str]] = {}
"""The files that this process holds: open until they are given back, whoever forgets about them."""


class Holder(BaseModel):
    """A writer, as others are told of it.

    Attributes:
        command: what it does, without options, which may hold secrets.
        pid: its process, on its host.
        host: where it runs.
        since: when it began, ISO 8601 in UTC.
        parts: what it writes: folders below the data folder; the empty one stands for all.
    """

    model_config = ConfigDict(frozen=True)

    command: str
    pid: int
    host: str
    since: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.command} (pid {self.pid} on {self.host}, since {self.since})"


class Lock:
    """What this process holds of a data folder, until it is released or the process ends.

    Args:
        file: open, with the system's lock on it.
        path: where it is.
    """

    def __init__(self, file: IO[str], path: Path) -> None:
        self._path = path
        _mine[path] = file

    def release(self) -> None:
        """Let others write; once more does nothing."""
        file = _mine.pop(self._path, None)
        if file:
            with (
                file,
                suppress(OSError),
            ):  # what can not be deleted is nobody's from now on, and is taken away later
                _forget(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def claim(data: Path, command: str, parts: Iterable[str]) -> Lock:
    """Become the one writer of some parts of a data folder, which is made when it is missing.

    What this process itself holds is no hindrance: a command that holds the whole folder starts jobs that write parts.

    Args:
        data: the data folder.
        command: what others are told, such as ``headrace run realtime``.
        parts: folders below it, ``/`` between names; :data:`EVERYTHING` for all.

    Raises:
        HeadraceError: another process writes one of them, and who that is; the folder can not be written, or its file
            system has no locks.
    """
    wanted = Holder(
        command=command,
        pid=os.getpid(),
        host=socket.gethostname(),
        since=f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        parts=tuple(sorted(set(parts))),
    )
    try:
        folder = data.resolve() / LOCKS
        with _alone(folder):
            _require_free(folder, wanted, data)
            return _held(folder, wanted)
    except OSError as error:
        raise _unlockable(data, error) from error


def overlap(left: str, right: str) -> bool:
    """Whether one part is the other, or is in it.

    >>> overlap("dead_letters", "dead_letters/ingest"), overlap("", "models"), overlap("models", "models_old")
    (True, True, False)
    """
    return (
        EVERYTHING in {left, right}
        or f"{left}/".startswith(f"{right}/")
        or f"{right}/".startswith(f"{left}/")
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that come at the same moment come one after the other; the last one to leave takes the folder away."""
    mutex = None
    while mutex is None:
        mutex = _entered(folder)
    with mutex:
        yield


def _entered(folder: Path) -> IO[str] | None:
    """The mutex, held; None when it was taken away meanwhile, by one that left."""
    path = folder / _MUTEX
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo, suppress(FileNotFoundError):
        mutex = undo.enter_context(path.open("w", encoding="utf-8"))
        fcntl.flock(mutex, fcntl.LOCK_EX)
        if os.path.samestat(os.fstat(mutex.fileno()), path.stat()):
            undo.pop_all()
            return mutex
    return None


def _require_free(folder: Path, wanted: Holder, data: Path) -> None:
    others = (path for path in sorted(folder.glob(f"*{_SUFFIX}")) if path not in _mine)
    for holder in filter(None, map(_living, others)):
        shared = [part for part in wanted.parts if any(overlap(part, other) for other in holder.parts)]
        if shared:
            what = ", ".join(filter(None, shared))
            raise HeadraceError(
                f"{f'{what} in {data}' if what else data} is being written by {holder}",
                "Two writers would double or delete each other's rows: wait for it or stop it with Ctrl-C, or choose "
                "another folder with --data.",
            )


def _held(folder: Path, holder: Holder) -> Lock:
    path = folder / f"{uuid4().hex}{_SUFFIX}"
    file = path.open("w", encoding="utf-8")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.write(holder.model_dump_json())
    file.flush()
    return Lock(file, path)


def _forget(path: Path) -> None:
    if not path.exists():  # the data folder was deleted
        return
    with _alone(path.parent):
        path.unlink(missing_ok=True)
        if not any(path.parent.glob(f"*{_SUFFIX}")):
            shutil.rmtree(path.parent)


def _living(path: Path) -> Holder | None:
    """The writer that a file is of; None when it is dead, whose file is deleted, or has just ended."""
    with suppress(FileNotFoundError), path.open("r+", encoding="utf-8", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _parsed(file.read())
        path.unlink()
    return None


def _parsed(text: str) -> Holder:
    try:
        return Holder.model_validate_json(text)
    except ValidationError:
        return Holder(command="another process", pid=0, host="?", since="?", parts=(EVERYTHING,))


def _unlockable(data: Path, error: OSError) -> HeadraceError:
    if error.errno in _NO_LOCKS:
        return HeadraceError(
            f"{data}: the file system has no locks ({error.strerror}), so two writers could not be kept apart",
            "Choose a folder on a local disk with --data; NFS needs its lock service.",
        )
    return HeadraceError(
        f"{error.filename or data}: can not be written: {error.strerror}",
        "Choose another folder with --data.",
    )
