"""Where logs lie, seen past the store: what an intruder, an accident or an editor does there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from headrace.deployments.bucket import Bucket
from headrace.deployments.store import Folder
from tests.object_store import Stored

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.deployments.store import Store
    from tests.object_store import ObjectStore


class Place(Protocol):
    """A place and the store that a log has there."""

    store: Store

    def put(self, name: str, content: bytes) -> None:
        """Write over a file."""
        ...

    def remove(self, name: str) -> None:
        """Delete a file."""
        ...

    def all_names(self) -> list[str]:
        """The names of all files, hidden ones too."""
        ...


class InFolder:
    """A folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.store: Store = Folder(path)

    def put(self, name: str, content: bytes) -> None:
        (self._path / name).write_bytes(content)

    def remove(self, name: str) -> None:
        (self._path / name).unlink()

    def all_names(self) -> list[str]:
        return [path.name for path in self._path.iterdir()] if self._path.exists() else []


class InBucket:
    """A bucket."""

    def __init__(self, objects: ObjectStore, path: str) -> None:
        self._objects, self._path = objects.objects, path
        self.store: Store = Bucket(objects.uri(path))

    def put(self, name: str, content: bytes) -> None:
        self._objects[f"{self._path}/{name}"] = Stored(content)

    def remove(self, name: str) -> None:
        del self._objects[f"{self._path}/{name}"]

    def all_names(self) -> list[str]:
        return [key.rpartition("/")[2] for key in self._objects]
