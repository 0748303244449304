"""A trained model as a folder of files that are checked before anything is scored with them.

``model.onnx`` is what workers run, ``model.joblib`` the scikit-learn estimator it came from (hashed, never
loaded here), ``golden.jsonl`` rows with the scores they must give, ``manifest.json`` everything else.
Worker side: imports numpy and onnxruntime and nothing heavier.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import numpy as np

from headrace.models.features import to_matrix
from headrace.models.manifest import ArtifactError, Manifest, canonical, parse, seal
from headrace.models.onnx_model import SCORE_DECIMALS, OnnxModel
from headrace.models.remote import SCHEMES, fetched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    manifest = parse(read_file(path / MANIFEST), str(path / MANIFEST))
    contents = {name: _verified(path / name, expected) for name, expected in manifest.files.items()}
    artifact = Artifact(path, manifest, _runnable(contents[ONNX], path / ONNX))
    _check_golden(artifact, [json.loads(line) for line in contents[GOLDEN].splitlines()])
    return artifact


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
        return path.read_bytes()
    except OSError as error:
        raise ArtifactError(
            f"model artifact {path.parent} has no readable {path.name}: {error.strerror}",
            "Check the path, and that every worker sees it.",
        ) from error


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


def _check_golden(artifact: Artifact, rows: Sequence[Mapping[str, Any]]) -> None:
    features = artifact.manifest.features
    columns = {f.name: np.array([row["features"][f.name] for row in rows]) for f in features}
    scores = artifact.model.scores(to_matrix(features, columns, artifact.manifest.version))
    for number, (row, score) in enumerate(zip(rows, scores), start=1):
        if not abs(score - row["score"]) <= 1.5 * 10**-SCORE_DECIMALS:
            raise ArtifactError(
                f"{artifact.path / GOLDEN} line {number}: the model gives {score}, when trained it gave {row['score']}",
                "This machine's onnxruntime computes otherwise: use the version named in the manifest.",
            )
