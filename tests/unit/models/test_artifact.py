from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headrace.models.artifact import Artifact, load_artifact, to_path, write_artifact
from headrace.models.manifest import FORMAT, ArtifactError, canonical, seal

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = ["golden.jsonl", "manifest.json", "model.joblib", "model.onnx"]


@pytest.fixture
def copy(artifact: Artifact, tmp_path: Path) -> Path:
    return Path(shutil.copytree(artifact.path, tmp_path / "copy"))


def unsealed(artifact: Artifact) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What an artifact was written from."""
    document = dict(artifact.manifest.document)
    for key in ("format", "version", "sha256"):
        del document[key]
    return document, {name: (artifact.path / name).read_bytes() for name in document.pop("files")}


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest and seal it again, as somebody with bad intentions or another version would."""
    document = json.loads(path.read_text())
    change(document)
    document = {key: value for key, value in document.items() if key != "sha256"}
    path.write_bytes(canonical({**seal(document, document["version"]), "format": document["format"]}))


def test_an_artifact_has_four_files(artifact: Artifact) -> None:
    assert sorted(path.name for path in artifact.path.iterdir()) == FILES


def test_a_copy_elsewhere_is_the_same_model(artifact: Artifact, copy: Path) -> None:
    assert load_artifact(copy).manifest == artifact.manifest


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("position", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_a_flipped_bit_in_any_file_is_refused(copy: Path, name: str, position: float) -> None:
    content = bytearray((copy / name).read_bytes())
    content[int(position * (len(content) - 1))] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ArtifactError, match=f"{name} (is not as it was written|is no manifest)"):
        load_artifact(copy)


def test_every_single_byte_of_a_manifest_is_guarded(linear: Artifact, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(linear.path, tmp_path / "copy"))
    original = (copy / "manifest.json").read_bytes()
    for position in range(0, len(original), 7):
        content = bytearray(original)
        content[position] ^= 4
        (copy / "manifest.json").write_bytes(content)
        with pytest.raises(ArtifactError):
            load_artifact(copy)


def test_added_space_in_a_manifest_is_refused(copy: Path) -> None:
    path = copy / "manifest.json"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ArtifactError, match="not as it was written"):
        load_artifact(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ArtifactError, match=f"has no readable {name}: No such file"):
        load_artifact(copy)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"model artifact .*/nowhere has no readable manifest.json"):
        load_artifact(tmp_path / "nowhere")


def test_a_manifest_that_is_no_object_is_refused(copy: Path) -> None:
    (copy / "manifest.json").write_text("[1]")
    with pytest.raises(ArtifactError, match="is no manifest: the document is a list, expected an object"):
        load_artifact(copy)


def test_an_unknown_format_is_refused_by_number(copy: Path) -> None:
    rewritten(copy / "manifest.json", lambda document: document.update(format=FORMAT + 1))
    with pytest.raises(
        ArtifactError, match=f"has format {FORMAT + 1}, this version of headrace reads format {FORMAT}"
    ):
        load_artifact(copy)


def test_golden_rows_that_score_otherwise_are_refused(artifact: Artifact, tmp_path: Path) -> None:
    document, files = unsealed(artifact)
    rows = [json.loads(line) for line in files["golden.jsonl"].splitlines()]
    rows[4]["score"] += 2e-9
    files["golden.jsonl"] = "\n".join(map(json.dumps, rows)).encode()
    path = write_artifact(tmp_path / "other", document, files)
    with pytest.raises(ArtifactError, match=r"golden.jsonl line 5: the model gives .*, when trained it gave"):
        load_artifact(path)


def test_a_model_that_does_not_run_is_refused(artifact: Artifact, tmp_path: Path) -> None:
    document, files = unsealed(artifact)
    path = write_artifact(tmp_path / "other", document, {**files, "model.onnx": b"no graph"})
    with pytest.raises(ArtifactError, match=r"onnxruntime can not run .*model.onnx"):
        load_artifact(path)


def test_an_artifact_is_never_overwritten(artifact: Artifact) -> None:
    with pytest.raises(ArtifactError, match="exists already"):
        write_artifact(artifact.path, artifact.manifest.document, {})


def test_an_interrupted_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def stop_at_the_second(path: Path, content: bytes) -> None:
        written.append((path, content))
        if len(written) == 2:
            raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", stop_at_the_second)
    with pytest.raises(OSError, match="disk full"):
        write_artifact(tmp_path / "a", {"model": "m"}, {"model.onnx": b"1", "model.joblib": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_a_version_is_named_after_what_it_is_made_of(artifact: Artifact, tmp_path: Path) -> None:
    document = {key: artifact.manifest.document[key] for key in ("model", "features", "decision")}
    first, second = (write_artifact(tmp_path / name, document, {"x": b"1"}) for name in "ab")
    other = write_artifact(tmp_path / "c", document, {"x": b"2"})
    versions = [
        json.loads((path / "manifest.json").read_text())["version"] for path in (first, second, other)
    ]
    assert versions[0] == versions[1] != versions[2]
    assert versions[0].startswith(f"{artifact.manifest.model}-")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/models/a b", "/models/a b"),
        ("models/a", "models/a"),
        ("file:///models/a%20b", "/models/a b"),
        ("file:/models/a", "/models/a"),
    ],
)
def test_a_location_is_a_path_or_a_file_uri(location: str, path: str) -> None:
    assert to_path(location) == Path(path)


def test_another_scheme_is_refused() -> None:
    with pytest.raises(
        ArtifactError, match=r"'gs://bucket/a' is on 'gs', expected a path, a file: or an s3: URI"
    ):
        to_path("gs://bucket/a")
