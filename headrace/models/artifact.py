"""A trained model as a folder of files that are checked before anything is scored with them.

``model.onnx`` is what workers run, ``model.joblib`` the scikit-learn estimator it came from (hashed, never
loaded here), ``golden.jsonl`` rows with the scores they must give, ``manifest.json`` everything else.
Worker side: imports numpy and onnxruntime and nothing heavier.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import numpy as np

from headrace.documents.kinds import fields, integer, number
from headrace.documents.reading import DocumentError, read_document
from headrace.models.features import REAL, to_matrix
from headrace.models.manifest import ArtifactError, Manifest, canonical, parse, seal
from headrace.models.onnx_model import SCORE_DECIMALS, OnnxModel
from headrace.models.remote import SCHEMES, fetched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from headrace.models.features import Feature

MANIFEST = "manifest.json"
ONNX = "model.onnx"
JOBLIB = "model.joblib"
GOLDEN = "golden.jsonl"


@dataclass(frozen=True)
class Artifact:
    """A model that has been checked and can score.

    Args:
        path: its folder.
        manifest: what it is.
        model: the scoring function, on a matrix in the manifest's order of features.
    """

    path: Path
    manifest: Manifest
    model: OnnxModel


def write_artifact(
    target: Path, document: Mapping[str, Any], files: Mapping[str, bytes], version: str | None = None
) -> Path:
    """Write an artifact so that it is there whole or not at all.

    Args:
        target: the folder to be; an artifact is never changed, so it must not exist.
        document: the manifest without format, version, checksum and file hashes.
        files: content by file name.
        version: as in `headrace.models.manifest.seal`.

    Returns:
        The folder.

    Raises:
        ArtifactError: the folder exists already.
        InvalidNameError: the version or a file has no name but a path or the like.
    """
    if target.exists():
        raise ArtifactError(
            f"{target} exists already", "Artifacts are never overwritten: choose another folder."
        )
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    sealed = seal({**document, "files": hashes}, version)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    unfinished.mkdir(parents=True)
    try:
        for name, content in {**files, MANIFEST: canonical(sealed)}.items():
            (unfinished / name).write_bytes(content)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def load_artifact(location: str | Path) -> Artifact:
    """Read an artifact, verify every byte of it, and let it score its golden rows.

    Args:
        location: its folder, as a path, a ``file:`` or an ``s3:`` URI.

    Raises:
        ArtifactError: a file is missing or changed, the format is unknown, the model does not run, or a
            golden row scores otherwise than when the model was trained.
    """
    path = to_path(location)
    manifest, contents = read_contents(path)
    artifact = Artifact(path, manifest, _runnable(contents[ONNX], path / ONNX))
    _check_golden(artifact, _golden_rows(contents[GOLDEN], path / GOLDEN, manifest.features))
    return artifact


def read_contents(path: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of an artifact, and what is in the files that it names, each as it was hashed.

    Raises:
        ArtifactError: the manifest is none, or a file is missing or changed.
    """
    manifest = parse(read_file(path / MANIFEST), str(path / MANIFEST))
    return manifest, {
        str(name): _verified(path / name, expected) for name, expected in manifest.files.items()
    }


def to_path(location: str | Path) -> Path:
    """The folder that a path, a ``file:`` or an ``s3:`` URI means; what is in S3 is copied here first.

    Raises:
        ArtifactError: a URI of another scheme, or one that can not be read.

    >>> to_path("file:///models/fraud-0a1b").as_posix()
    '/models/fraud-0a1b'
    """
    text = str(location)
    scheme, has_scheme, _ = text.partition(":/")
    if not has_scheme:
        return Path(text)
    if scheme in SCHEMES:
        return fetched(text)
    if scheme != "file":
        raise ArtifactError(
            f"model artifact {text!r} is on {scheme!r}, expected a path, a file: or an s3: URI",
            "Copy the artifact to a folder that every worker sees.",
        )
    return Path(unquote(urlsplit(text).path))


def read_file(path: Path) -> bytes:
    """A file of an artifact, not verified.

    Raises:
        ArtifactError: when it can not be read.
    """
    try:
        return _regular(path).read_bytes()
    except OSError as error:
        raise ArtifactError(
            f"model artifact {path.parent} has no readable {path.name}: {error.strerror}",
            "Check the path, and that every worker sees it.",
        ) from error


def _regular(path: Path) -> Path:
    """The path, unless something else than a file is there, such as a pipe that would be waited for."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file")
    return path


def _verified(path: Path, expected: str) -> bytes:
    content = read_file(path)
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ArtifactError(
            f"{path} is not as it was written: SHA-256 is {found}, the manifest says {expected}",
            "Copy the artifact again from where it was trained.",
        )
    return content


def _runnable(content: bytes, path: Path) -> OnnxModel:
    try:
        return OnnxModel(content)
    except Exception as error:
        raise ArtifactError(
            f"onnxruntime can not run {path}: {error}", "Train with the pinned libraries."
        ) from error


def _golden_rows(content: bytes, path: Path, features: Sequence[Feature]) -> list[dict[str, Any]]:
    values = {each.name: number() if each.type == REAL else integer() for each in features}
    kind = fields({"features": fields(values), "score": number(0, 1)})
    rows = []
    for place, line in enumerate(content.splitlines() or [b""], start=1):
        try:
            rows.append(read_document(line, kind))
        except DocumentError as error:  # noqa: PERF203 -- the line is named
            raise ArtifactError(
                f"{path} line {place} is no golden row: {error}", "Make the artifact again."
            ) from None
    return rows


def _scored(artifact: Artifact, rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    features = artifact.manifest.features
    columns = {
        each.name: np.array(
            [row["features"][each.name] for row in rows], np.float64 if each.type == REAL else np.int64
        )
        for each in features
    }
    matrix = to_matrix(features, columns, artifact.manifest.version)
    try:
        return artifact.model.scores(matrix)
    except Exception as error:
        raise ArtifactError(
            f"{artifact.path / ONNX} can not score the {len(features)} features of its manifest: {error}",
            "Make the artifact again.",
        ) from error


def _check_golden(artifact: Artifact, rows: Sequence[Mapping[str, Any]]) -> None:
    for place, (row, score) in enumerate(zip(rows, _scored(artifact, rows)), start=1):
        if not abs(score - row["score"]) <= 1.5 * 10**-SCORE_DECIMALS:
            raise ArtifactError(
                f"{artifact.path / GOLDEN} line {place}: the model gives {score}, when trained it gave {row['score']}",
                "This machine's onnxruntime computes otherwise: use the version named in the manifest.",
            )
