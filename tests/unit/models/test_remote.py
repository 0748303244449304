"""Artifacts in S3, served here by the few lines of its protocol that reading takes."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from headrace.deployments.versions import manifest_sha256
from headrace.models.artifact import load_artifact, to_path
from headrace.models.manifest import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact


class Bucket(SimpleHTTPRequestHandler):
    """GET and HEAD of objects, whole or in part; requests are not checked."""

    def do_GET(self) -> None:
        path = self.translate_path(self.path)
        try:
            content = Path(path).read_bytes()
        except OSError:
            self.send_error(404)
            return
        wanted = self.headers.get("Range", "bytes=0-").partition("=")[2].split("-")
        first, last = int(wanted[0]), int(wanted[1] or len(content) - 1)
        part = content[first : last + 1]
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bucket(linear: Artifact, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URI of the artifact's folder in a bucket; the account stands in the URI."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    root = linear.path.parent.parent
    place = linear.path.relative_to(root).as_posix()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Bucket, directory=str(root))) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        endpoint = f"endpoint_override=127.0.0.1:{server.server_port}&scheme=http&region=us-east-1"
        yield f"s3://ann:secret@{place}?{endpoint}"
        server.shutdown()


def test_an_artifact_in_s3_is_verified_and_scores_as_the_one_that_was_put_there(
    bucket: str, linear: Artifact
) -> None:
    found = load_artifact(bucket)
    assert found.manifest == linear.manifest
    assert manifest_sha256(to_path(bucket)) == manifest_sha256(linear.path)


def test_it_is_copied_once(bucket: str) -> None:
    assert to_path(bucket) == to_path(bucket)


def test_what_is_not_there_is_named_without_the_account(bucket: str, linear: Artifact) -> None:
    name = linear.path.name
    with pytest.raises(ArtifactError, match="can not be read") as refused:
        load_artifact(bucket.replace(f"/{name}?", "/nobody?"))
    assert "/nobody can not be read" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_damage_in_s3_is_found(bucket: str, linear: Artifact) -> None:
    damaged = linear.path.with_name("damaged")
    damaged.mkdir()
    for path in linear.path.iterdir():
        (damaged / path.name).write_bytes(b"?" if path.name == "model.onnx" else path.read_bytes())
    with pytest.raises(ArtifactError, match=r"model\.onnx is not as it was written"):
        load_artifact(bucket.replace(f"/{linear.path.name}?", "/damaged?"))
