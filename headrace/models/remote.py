"""Artifacts in an object store: copied once a process, then read as any other folder.

Worker side: pyarrow, which PyFlink's workers have, is loaded when the first such artifact is.
"""

from __future__ import annotations

import tempfile
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from headrace.models.manifest import ArtifactError, parse

SCHEMES = ("s3",)
MANIFEST = "manifest.json"


@cache
def fetched(uri: str) -> Path:
    """Copy an artifact from an object store to this machine, for as long as this process lives.

    Credentials, region and endpoint are those of the AWS environment variables and files, or stand in the URI:
    ``s3://bucket/models/fraud-1?endpoint_override=minio:9000&scheme=http``. What was copied is verified when it is
    loaded, as any artifact is.

    Args:
        uri: of its folder.

    Returns:
        The folder here, with the manifest and the files that it names.

    Raises:
        ArtifactError: it can not be read, or its manifest is damaged.
    """
    from pyarrow import fs

    shown = _shown(uri)
    try:
        store, path = fs.FileSystem.from_uri(uri)
        folder = Path(_home().name) / f"{len(list(Path(_home().name).iterdir())):06}"
        folder.mkdir()
        content = _copied(store, path, folder, MANIFEST)
        for name in parse(content, f"{shown}/{MANIFEST}").files:
            _copied(store, path, folder, name)
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"model artifact {shown} can not be read: {_first_line(error)}",
            "Check the URI, the credentials of this machine, and that the artifact is there.",
        ) from None
    return folder


def _copied(store: Any, path: str, folder: Path, name: str) -> bytes:
    """Copy a file; names in a manifest are those of files beside it."""
    with store.open_input_file(f"{path.rstrip('/')}/{Path(name).name}") as source:
        content: bytes = source.readall()
    (folder / Path(name).name).write_bytes(content)
    return content


@lru_cache(maxsize=1)
def _home() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the process ends."""
    return tempfile.TemporaryDirectory(prefix="headrace-artifacts-")


def _shown(uri: str) -> str:
    """The URI without account and parameters."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
