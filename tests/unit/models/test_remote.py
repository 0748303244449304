"""Artifacts in S3, served here by the few lines of its protocol that reading takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.deployments.versions import manifest_sha256
from headrace.models.artifact import load_artifact, to_path
from headrace.models.manifest import ArtifactError
from headrace.models.remote import joined, relative, without_account
from tests.object_store import Stored, forget_aws, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact
    from tests.object_store import ObjectStore


@pytest.fixture
def store(linear: Artifact, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """A store with an artifact in it."""
    forget_aws(monkeypatch)
    with running() as store:
        store.put_folder(linear.path, "bucket/models/linear")
        yield store


@pytest.fixture
def uri(store: ObjectStore) -> str:
    """URI of the artifact; the account stands in it."""
    return store.uri("bucket/models/linear")


def test_an_artifact_in_s3_is_verified_and_scores_as_the_one_that_was_put_there(
    uri: str, store: ObjectStore, linear: Artifact
) -> None:
    found = load_artifact(uri)
    assert found.manifest == linear.manifest
    assert manifest_sha256(to_path(uri)) == manifest_sha256(linear.path)
    assert store.accounts == {"ann"}


def test_it_is_copied_once(uri: str) -> None:
    assert to_path(uri) == to_path(uri)


def test_what_is_not_there_is_named_without_the_account(uri: str) -> None:
    with pytest.raises(ArtifactError, match="can not be read") as refused:
        load_artifact(uri.replace("/linear?", "/nobody?"))
    assert "/nobody can not be read" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("account", ["ann:se[cret@", "ann:se/cret@", "ann:se?cret@", "ann:se%zzcret@"])
def test_an_account_that_makes_the_uri_invalid_is_not_repeated(account: str, store: ObjectStore) -> None:
    with pytest.raises(ArtifactError, match="can not be read") as refused:
        load_artifact(store.uri("bucket/models/linear", account))
    assert "cret" not in str(refused.value)


def test_damage_in_s3_is_found(uri: str, store: ObjectStore) -> None:
    store.objects["bucket/models/linear/model.onnx"] = Stored(b"?")
    with pytest.raises(ArtifactError, match=r"model\.onnx is not as it was written"):
        load_artifact(uri)


@pytest.mark.parametrize(
    ("uri", "home", "expected"),
    [
        ("s3://b/models/f", "s3://b/deployments", "../models/f"),
        ("s3://b/team/models/f", "s3://b/team/deployments/", "../models/f"),
        ("s3://b/models/f", "s3://b", "models/f"),
        ("s3://ann:x@b/models/f?region=r&scheme=http", "s3://b/log?scheme=http&region=r", "../models/f"),
        ("s3://b/models/f?region=r", "s3://b/log", None),
        ("s3://other/models/f", "s3://b/log", None),
        ("s3://b/teams/models/f", "s3://b/team/log", None),
        ("s3://b/models/f", "/data/deployments", None),
    ],
)
def test_a_place_beside_another_is_named_from_there_and_found_again(
    uri: str, home: str, expected: str | None
) -> None:
    assert relative(uri, home) == expected
    if expected:
        assert joined(home, expected).partition("?")[0] == without_account(uri).partition("?")[0]
