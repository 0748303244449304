"""The heads that the commands of a data folder have seen: ``<data>/deployment_heads/``, a small file for each log.

Author side.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.deployments.head import Head
from headrace.deployments.record import DeploymentLogError
from headrace.documents.kinds import SHA256, TEXT, fields, integer
from headrace.documents.reading import DocumentError, read_document
from headrace.models.manifest import canonical

if TYPE_CHECKING:
    from headrace.deployments.store import Store

FOLDER = "deployment_heads"
_HEAD = fields({"log": TEXT, "number": integer(1), "digest": SHA256})


class SeenHead:
    """What the commands of a data folder have seen of one log.

    Args:
        data: the data folder; nothing is kept while it is not there.
        store: the log. One within the data folder is known by its path there, so that both can be moved or copied.
    """

    def __init__(self, data: Path, store: Store) -> None:
        self._data = data
        self._log = _within(store.location, data)
        self.path = data / FOLDER / f"{hashlib.sha256(self._log.encode()).hexdigest()[:16]}.json"

    def read(self) -> Head | None:
        """The head; None when none was seen.

        Raises:
            DeploymentLogError: the file is damaged.
        """
        try:
            document = read_document(self.path.read_bytes(), _HEAD)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except DocumentError as error:
            raise DeploymentLogError(
                f"{self.path} is not the head of a log: {error}",
                "See headrace deployments --verify; headrace deployments --accept-restored writes it anew.",
            ) from None
        return Head(document["number"], document["digest"])

    def keep(self, head: Head | None) -> None:
        """Remember a head, and forget the one before.

        Raises:
            OSError: it can not be written.
        """
        if head is None:
            self.path.unlink(missing_ok=True)
        elif self._data.is_dir():
            self.path.parent.mkdir(exist_ok=True)
            unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}.unfinished")
            unfinished.write_bytes(canonical({"log": self._log, **head._asdict()}))
            unfinished.replace(self.path)


def _within(location: str, data: Path) -> str:
    """A log's path within the data folder, else its location as it is."""
    if ":/" in location:
        return location
    home, place = data.resolve(), Path(location).resolve()
    return place.relative_to(home).as_posix() if home in place.parents else str(place)
