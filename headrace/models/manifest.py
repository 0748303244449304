"""The manifest: what a model is, sealed by a checksum of itself and of every file beside it.

Worker side: standard library only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.documents.kinds import mismatch, shown_value
from headrace.documents.reading import DocumentError, read_json
from headrace.errors import HeadraceError
from headrace.models.features import Feature
from headrace.models.manifest_schema import check_manifest
from headrace.names import Name, checked_name

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
SEAL = "sha256"


class ArtifactError(HeadraceError):
    """A model artifact is missing, damaged, unknown or does not score as it did when it was made."""


@dataclass(frozen=True)
class Manifest:
    """What a worker needs of a manifest, and the whole of it.

    Args:
        model: name of the model definition.
        version: name of this version; stands in every prediction.
        features: the inputs in the order of the matrix.
        threshold: scores at or above it are alerts.
        reasons: how scores are explained, see `headrace.models.reasons`.
        files: SHA-256 by file name; all are names, never paths.
        document: everything, as parsed.
    """

    model: Name
    version: Name
    features: tuple[Feature, ...]
    threshold: float
    reasons: Mapping[str, Any]
    files: Mapping[Name, str]
    document: Mapping[str, Any]


def canonical(document: Mapping[str, Any]) -> bytes:
    r"""The one byte form of a document: sorted keys, two spaces, no NaN, a newline at the end.

    >>> canonical({"b": 1, "a": 0.5})
    b'{\n  "a": 0.5,\n  "b": 1\n}\n'
    """
    return (
        json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def seal(document: Mapping[str, Any], version: str | None = None) -> dict[str, Any]:
    """The document with its format, its version and the checksum over all of that.

    Args:
        document: a manifest without those three.
        version: a name of your own; by default the model's name and twelve digits of the content's hash,
            so that the same training gives the same version.

    Raises:
        InvalidNameError: the version, or a file of the document, has no name but a path or the like.
    """
    content = {"format": FORMAT, **document}
    name = checked_name(version or f"{document['model']}-{_digest(content)[:12]}", "the version")
    for file in document.get("files", ()):
        checked_name(file, "the file")
    named = {**content, "version": name}
    return {**named, SEAL: _digest(named)}


def parse(content: bytes, where: str) -> Manifest:
    """Read a manifest and check its format, its checksum and each of its fields that headrace reads.

    Args:
        content: the bytes of ``manifest.json``.
        where: its path; stands in errors.

    Raises:
        ArtifactError: no JSON, another format, other bytes than were sealed, or a field that is missing or is not
            what it has to be.
    """
    document = _decode(content, where)
    if document.get("format") != FORMAT:
        raise ArtifactError(
            f"{where} has format {shown_value(document.get('format'))}, this version of headrace reads format {FORMAT}",
            "Run the version of headrace that wrote it, or train again.",
        )
    unsealed = {key: value for key, value in document.items() if key != SEAL}
    if document.get(SEAL) != _digest(unsealed) or content != canonical(document):
        raise ArtifactError(
            f"{where} is not as it was written: its checksum does not fit its content",
            "Copy the artifact again from where it was trained; manifests are never edited.",
        )
    try:
        check_manifest(document)
    except DocumentError as error:
        raise _no_manifest(where, error) from None
    return _manifest(document)


def _manifest(document: Mapping[str, Any]) -> Manifest:
    return Manifest(
        model=document["model"],
        version=document["version"],
        features=tuple(Feature(**feature) for feature in document["features"]),
        threshold=document["decision"]["threshold"],
        reasons=document["reasons"],
        files=document["files"],
        document=document,
    )


def _decode(content: bytes, where: str) -> dict[str, Any]:
    try:
        document = read_json(content)
    except DocumentError as error:
        raise _no_manifest(where, error) from None
    if not isinstance(document, dict):
        raise _no_manifest(where, mismatch(document, "", "an object"))
    return document


def _no_manifest(where: str, error: DocumentError) -> ArtifactError:
    return ArtifactError(
        f"{where} is no manifest: {error}",
        "Copy the artifact again from where it was made, or make it again.",
    )


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()
