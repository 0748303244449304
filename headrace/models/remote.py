"""Artifacts in an object store: copied once a process, then read as any other folder.

Worker side: pyarrow, which PyFlink's workers have, is loaded when the first such artifact is.
"""

from __future__ import annotations

import posixpath
import tempfile
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
            f"model artifact {shown} can not be read: {_said(error, uri)}",
            "Check the URI, the credentials of this machine, and that the artifact is there.",
        ) from None
    return folder


def _copied(store: Any, path: str, folder: Path, name: str) -> bytes:
    """Copy a file; what a manifest names are names, never paths."""
    with store.open_input_file(f"{path.rstrip('/')}/{name}") as source:
        content: bytes = source.readall()
    (folder / name).write_bytes(content)
    return content


@lru_cache(maxsize=1)
def _home() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the process ends."""
    return tempfile.TemporaryDirectory(prefix="headrace-artifacts-")


def is_remote(location: str) -> bool:
    """Whether a path or URI means a place in an object store."""
    return location.partition(":/")[0] in SCHEMES and ":/" in location


def without_account(uri: str) -> str:
    """The URI, its parameters too, without the account; also of one whose account is not percent-encoded.

    >>> without_account("s3://ann:se/cret@bucket/models?region=eu-west-1")
    's3://bucket/models?region=eu-west-1'
    """
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def joined(home: str, path: str) -> str:
    """The place that a relative path means, seen from another: reached as that one is.

    >>> joined("s3://bucket/deployments?region=eu-west-1", "../models/fraud-1")
    's3://bucket/models/fraud-1?region=eu-west-1'
    """
    parts = urlsplit(home)
    return parts._replace(path=posixpath.normpath(posixpath.join("/", parts.path, path))).geturl()


def relative(uri: str, home: str) -> str | None:
    """The path that leads to a place from one beside it; None when it is in another bucket, or reached otherwise.

    >>> relative("s3://ann:secret@bucket/models/fraud-1", "s3://bucket/deployments")
    '../models/fraud-1'
    """
    place, start = urlsplit(uri), urlsplit(home)
    if (place.scheme, place.hostname, parse_qs(place.query)) != (
        start.scheme,
        start.hostname,
        parse_qs(start.query),
    ):
        return None
    parent = posixpath.dirname(f"/{start.path.strip('/')}").rstrip("/")
    if not place.path.startswith(f"{parent}/"):
        return None
    return posixpath.relpath(place.path, f"/{start.path.strip('/')}")


def _shown(uri: str) -> str:
    """The URI without account and parameters."""
    return without_account(uri).partition("?")[0]


def _said(error: Exception, uri: str) -> str:
    """The first line of an error, unless it repeats the URI, which may hold an account."""
    line = str(error).partition("\n")[0]
    account = uri.partition("://")[2].rpartition("@")[0]
    return "the URI is not valid" if account and account in line else line
