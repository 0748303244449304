"""Where runs and versions are logged: an MLflow server by URL, or a database and a folder beside the models."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

FOLDER = "mlflow"
DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"
_ACCOUNT = re.compile(r"//[^/@\s]+@")
_QUERY = re.compile(r"(?<=\w)\?[^\s'\"]+=[^\s'\"]*")


@dataclass(frozen=True)
class Location:
    """Where to log.

    Args:
        uri: MLflow's tracking URI; may hold an account, so print `shown` instead.
        artifacts: URI of the folder for files; None where the server of the URI decides.
    """

    uri: str
    artifacts: str | None = None

    @property
    def shown(self) -> str:
        """The URI without account and without what stands behind a question mark."""
        return masked(self.uri)

    @property
    def folder(self) -> Path | None:
        """The folder of the embedded location; None elsewhere."""
        return Path(unquote(urlsplit(self.artifacts).path)).parent if self.artifacts else None


def location_of(uri: str | None, data: Path) -> Location:
    """The location of a URI, else the embedded one: ``<data>/mlflow/mlflow.db`` and ``<data>/mlflow/artifacts``.

    A path that a URL has to encode gets a URL with the driver's name: of a plain ``sqlite:///`` MLflow makes the folder
    as it is written there, encoded, beside the one that was meant.

    Args:
        uri: MLflow's tracking URI; None or empty for the embedded one.
        data: the data folder.
    """
    if uri:
        return Location(uri)
    home = data.resolve() / FOLDER
    database = (home / DATABASE).as_posix()
    scheme = "sqlite" if quote(database) == database else "sqlite+pysqlite"
    return Location(f"{scheme}:///{quote(database)}", (home / ARTIFACTS).as_uri())


def masked(text: str) -> str:
    """A text, such as an error of a library, without the accounts and the parameters of the URLs in it.

    >>> masked("no answer from https://ann:secret@mlflow.example/api?token=1 today")
    'no answer from https://***@mlflow.example/api?*** today'
    """
    return _QUERY.sub("?***", _ACCOUNT.sub("//***@", text))
