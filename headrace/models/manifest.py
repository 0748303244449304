"""The manifest: what a model is, sealed by a checksum of itself and of every file beside it.

Worker side: standard library only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.models.features import Feature

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
        files: SHA-256 by file name.
        document: everything, as parsed.
    """

    model: str
    version: str
    features: tuple[Feature, ...]
    threshold: float
    reasons: Mapping[str, Any]
    files: Mapping[str, str]
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
    """
    content = {"format": FORMAT, **document}
    named = {**content, "version": version or f"{document['model']}-{_digest(content)[:12]}"}
    return {**named, SEAL: _digest(named)}


def parse(content: bytes, where: str) -> Manifest:
    """Read a manifest and check its format and its checksum.

    Args:
        content: the bytes of ``manifest.json``.
        where: its path; stands in errors.

    Raises:
        ArtifactError: no JSON, another format, or other bytes than were sealed.
    """
    document = _decode(content, where)
    if document.get("format") != FORMAT:
        raise ArtifactError(
            f"{where} has format {document.get('format')!r}, this version of headrace reads format {FORMAT}",
            "Run the version of headrace that wrote it, or train again.",
        )
    unsealed = {key: value for key, value in document.items() if key != SEAL}
    if document.get(SEAL) != _digest(unsealed) or content != canonical(document):
        raise ArtifactError(
            f"{where} is not as it was written: its checksum does not fit its content",
            "Copy the artifact again from where it was trained; manifests are never edited.",
        )
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
        document = json.loads(content)
    except ValueError as error:
        raise ArtifactError(f"{where} is not JSON: {error}", "Copy the artifact again.") from error
    if not isinstance(document, dict):
        raise ArtifactError(
            f"{where} holds a {type(document).__name__}, expected an object", "Copy it again."
        )
    return document


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()
