"""Where a deployment log lies: a few files that are created once, whole, by one author, and never changed.

Worker side: standard library only, unless the log is in an object store.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from headrace.deployments.record import DeploymentLogError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Store(Protocol):
    """What a log needs of the place where it lies.

    All methods raise OSError when the place can not be reached. After ``create`` has returned, every later ``names``
    and ``read``, on whatever machine, finds the file: local file systems do this, and object stores with conditional
    writes; a network file system does with its directory caches off.
    """

    location: str
    """What people call it; stands in errors, and holds no account."""

    home: str
    """Where relative artifacts start: the location, with the account if one was given; never shown."""

    accuracy: int
    """Its clock may be off by so many milliseconds."""

    def where(self, name: str) -> str:
        """What people call one of its files."""
        ...

    def names(self) -> list[str]:
        """Names of all files; none when the log has not been begun."""
        ...

    def read(self, name: str) -> bytes | None:
        """The content of a file; None when it is not there."""
        ...

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """The contents of files, as ``read`` gives them; where each takes its time, several at once."""
        ...

    def create(self, name: str, content: bytes) -> bool:
        """Create a file with its whole content, or return False because it is there already."""
        ...

    def clock(self) -> int:
        """What time it is where the files are kept, in milliseconds since 1970."""
        ...


class Folder:
    """A log in a folder.

    A file is written beside its place, flushed to disk, and linked into its place: the link fails when the name is
    taken, and a reader never sees half of it.

    Args:
        path: the folder; made when the first record is created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.location = self.home = str(self._path)
        self.accuracy = 0

    def where(self, name: str) -> str:
        """The path of a file."""
        return str(self._path / name)

    def names(self) -> list[str]:
        """Names of all files that are in their place."""
        try:
            return [name for name in os.listdir(self._path) if not name.startswith(".")]  # noqa: PTH208 -- names only
        except FileNotFoundError:
            return []

    def read(self, name: str) -> bytes | None:
        """The content of a file; None when it is not there."""
        path = self._path / name
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is no file", str(path))
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """The contents of files."""
        return [self.read(name) for name in names]

    def create(self, name: str, content: bytes) -> bool:
        """Create a file with its whole content, or return False because it is there already."""
        with self._unfinished(content) as unfinished:
            try:
                os.link(unfinished, self._path / name)
            except FileExistsError:
                return False
        self._flush()
        return True

    def clock(self) -> int:
        """The time that the file system gives to a new file."""
        with self._unfinished(b"") as path:
            return path.stat().st_mtime_ns // 1_000_000

    @contextmanager
    def _unfinished(self, content: bytes) -> Iterator[Path]:
        """A file beside the others, for as long as it is needed."""
        self._path.mkdir(parents=True, exist_ok=True)
        path = self._path / f".{os.getpid()}-{secrets.token_hex(4)}.unfinished"
        try:
            with path.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _flush(self) -> None:
        """Make the name survive a power cut, as the content does."""
        handle = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def open_store(location: str) -> Store:
    """The store that a path, a ``file:`` or an ``s3:`` URI means.

    Raises:
        DeploymentLogError: a URI of a scheme that is not supported, or one that lacks something.

    >>> open_store("file:///deployments").location
    '/deployments'
    """
    scheme, has_scheme, _ = location.partition(":/")
    if not has_scheme:
        return Folder(Path(location))
    if scheme == "file":
        return Folder(Path(unquote(urlsplit(location).path)))
    if scheme == "s3":
        from headrace.deployments.bucket import Bucket

        return Bucket(location)
    raise DeploymentLogError(
        f"the deployment log is on {scheme!r}, expected a path, a file: or an s3: URI",
        "Keep the log in a folder or bucket that authors and workers see.",
    )
