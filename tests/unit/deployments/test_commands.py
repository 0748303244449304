from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from headrace.deployments import commands
from headrace.deployments.commands import Target, Wish
from headrace.deployments.encoded import DeploymentRefusedError
from headrace.deployments.log import Log, read_log
from headrace.deployments.record import CANARY, CHAMPION, SHADOW
from headrace.deployments.versions import artifact_path, manifest_sha256
from headrace.models.artifact import to_path
from headrace.models.manifest import ArtifactError
from tests.unit.deployments.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.object_store import ObjectStore

WISH = Wish("kim", "because")


def log_of(*deployments: tuple[str, str, float]) -> Log:
    """A log of roles, versions and shares."""
    world = World()
    for role, version, share in deployments:
        world.publish(version, role, share=share)
    return read_log(world.store())


def target(version: str) -> Target:
    return Target(version, f"models/{version}", "ab")


A, B = (CHAMPION, "a", 1.0), (CHAMPION, "b", 1.0)


def test_promote_takes_the_canary_before_the_shadows() -> None:
    log = log_of(A, (SHADOW, "c", 1.0), (CANARY, "b", 0.1))
    draft = commands.promote(log, None, WISH)
    assert (draft.role, draft.version, draft.share, draft.command) == (CHAMPION, "b", 1.0, "promote")


def test_promote_takes_the_only_shadow_or_the_one_that_is_named() -> None:
    assert commands.promote(log_of(A, (SHADOW, "c", 1.0)), None, WISH).version == "c"
    two = log_of(A, (SHADOW, "c", 1.0), (SHADOW, "d", 1.0))
    assert commands.promote(two, "d", WISH).version == "d"
    with pytest.raises(DeploymentRefusedError, match=r"got no name; there are: c \(shadow\), d \(shadow\)"):
        commands.promote(two, None, WISH)


def test_rollback_goes_to_the_champion_before_and_from_there_back_again() -> None:
    log = log_of(A, B)
    assert commands.rollback(log, None, WISH).version == "a"
    assert commands.rollback(log_of(A, B, A), None, WISH).version == "b"
    assert commands.rollback(log_of(A, B, (CHAMPION, "c", 1.0)), "a", WISH).version == "a"


def test_a_challenger_is_ended_by_a_share_of_nothing() -> None:
    log = log_of(A, (CANARY, "b", 0.1), (SHADOW, "c", 1.0))
    ended = [commands.end(log, role, None, WISH) for role in (CANARY, SHADOW)]
    assert [(draft.version, draft.share, draft.command) for draft in ended] == [
        ("b", 0.0, "end canary"),
        ("c", 0.0, "end shadow"),
    ]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: commands.promote(log_of(), None, WISH), "nothing is deployed yet"),
        (
            lambda: commands.promote(log_of(A), "x", WISH),
            "expected one challenger to promote, got x; there are: none",
        ),
        (
            lambda: commands.rollback(log_of(A), None, WISH),
            "no earlier champion to go back to; there are: none",
        ),
        (
            lambda: commands.rollback(log_of(A, B), "x", WISH),
            "no earlier champion x to go back to; there are: a",
        ),
        (lambda: commands.end(log_of(A), CANARY, None, WISH), "expected one canary to end, got no name"),
        (lambda: commands.canary(log_of(A), target("a"), 0.1, WISH), "a is the champion: it scores all keys"),
        (lambda: commands.shadow(log_of(A), target("a"), 1.0, WISH), "a is the champion: it scores all keys"),
        (
            lambda: commands.shadow(
                log_of(A, (SHADOW, "c", 1.0), (SHADOW, "d", 1.0)), target("e"), 1.0, WISH
            ),
            "there are 2 shadows already, at most 2 may be: c, d",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Callable[[], object], said: str) -> None:
    with pytest.raises(DeploymentRefusedError) as refused:
        ask()
    assert said in str(refused.value)


def test_an_artifact_beside_the_log_is_named_from_there_and_another_by_its_path(
    models: Path, tmp_path: Path
) -> None:
    folder = models / "models" / "fraud-a"
    beside, elsewhere = (commands.target(folder, str(home / "deployments")) for home in (models, tmp_path))
    assert beside.artifact == "../models/fraud-a"
    assert elsewhere.artifact == str(folder)


@pytest.fixture
def in_s3(objects: ObjectStore, models: Path) -> ObjectStore:
    """A store with a version beside the log, and the same in another bucket."""
    for bucket in ("bucket", "other"):
        objects.put_folder(models / "models" / "fraud-a", f"{bucket}/models/fraud-a")
    return objects


def test_an_artifact_in_the_bucket_of_the_log_is_named_from_there(in_s3: ObjectStore) -> None:
    log, artifact = in_s3.uri("bucket/deployments"), in_s3.uri("bucket/models/fraud-a")
    found = commands.target(artifact, log)
    assert found == Target("fraud-a", "../models/fraud-a", manifest_sha256(to_path(artifact)))
    assert manifest_sha256(artifact_path(found.artifact, log)) == found.manifest_sha256


def test_one_in_another_bucket_by_its_uri_without_the_account(in_s3: ObjectStore, tmp_path: Path) -> None:
    artifact = in_s3.uri("other/models/fraud-a")
    for log in (in_s3.uri("bucket/deployments"), str(tmp_path / "deployments")):
        assert commands.target(artifact, log).artifact == in_s3.uri("other/models/fraud-a", account="")


def test_one_that_only_this_machine_sees_is_refused_when_the_log_is_in_s3(
    in_s3: ObjectStore, models: Path
) -> None:
    folder = models / "models" / "fraud-a"
    with pytest.raises(DeploymentRefusedError, match="is a path of this machine") as refused:
        commands.target(folder, in_s3.uri("bucket/deployments"))
    assert f"deploy {in_s3.uri('bucket/models/fraud-a', account='')};" in str(refused.value)
    assert f"deployed as {folder.as_uri()}." in str(refused.value)
    assert "secret" not in str(refused.value)


def test_one_that_all_machines_see_is_named_by_its_file_uri(in_s3: ObjectStore, models: Path) -> None:
    uri = (models / "models" / "fraud-a").as_uri()
    assert commands.target(uri, in_s3.uri("bucket/deployments")).artifact == uri


def test_an_artifact_that_does_not_verify_is_refused(models: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "models" / "fraud-a"
    shutil.copytree(models / "models" / "fraud-a", damaged)
    (damaged / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match=r"model\.onnx is not as it was written"):
        commands.target(damaged, str(tmp_path / "deployments"))
