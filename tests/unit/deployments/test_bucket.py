"""A log in S3: what is particular to it; what all places have in common stands in test_log."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from headrace.deployments import bucket
from headrace.deployments.author import Author
from headrace.deployments.encoded import DeploymentRefusedError
from headrace.deployments.follower import Follower, StaleLogError
from headrace.deployments.log import read_log
from headrace.deployments.record import DeploymentLogError
from headrace.deployments.scorer import follow
from headrace.deployments.store import open_store
from headrace.deployments.timing import TIMING
from headrace.deployments.versions import manifest_sha256
from tests.object_store import running
from tests.unit.deployments.world import draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from headrace.deployments.store import Store
    from tests.object_store import ObjectStore

DENIED = (403, "AccessDenied")
CONFLICT = (409, "ConditionalRequestConflict")


@pytest.fixture
def store(objects: ObjectStore) -> Store:
    return open_store(objects.uri("bucket/deployments"))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    monkeypatch.setattr(bucket, "PAUSES", (0.0, 0.0))


def test_a_log_of_many_pages_is_read_whole(objects: ObjectStore, store: Store) -> None:
    objects.page = 3
    author = Author(store)
    for number in range(5):
        author.publish(draft(f"v{number}"), author.read())
    assert [each.version for each in read_log(store).in_force] == ["v0", "v1", "v2", "v3", "v4"]


@pytest.mark.parametrize("path", ["bucket", "bucket/deployments", "bucket/a team/log~1/"])
def test_a_log_lies_where_its_uri_says_and_nothing_else_is_in_it(objects: ObjectStore, path: str) -> None:
    store = open_store(objects.uri(path.replace(" ", "%20")))
    store.create("000001.json", b"here")
    store.create("deeper/000001.json", b"elsewhere")
    assert store.names() == ["000001.json"]
    assert objects.objects[f"{path.rstrip('/')}/000001.json"].content == b"here"


def test_two_authors_race_for_one_number_and_one_is_told(objects: ObjectStore) -> None:
    start, outcomes = threading.Barrier(2), []
    authors = [Author(open_store(objects.uri("bucket/log"))) for _ in range(2)]
    authors[0].publish(draft("v0"), authors[0].read())

    def race(author: Author, name: str) -> None:
        seen = author.read()
        start.wait()
        try:
            outcomes.append(author.publish(draft(name, author=name), seen).version)
        except DeploymentRefusedError as refused:
            outcomes.append(str(refused.args[0]))

    racing = [
        threading.Thread(target=race, args=(author, name)) for author, name in zip(authors, ["ann", "bob"])
    ]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    won, told = sorted(outcomes, key=len)
    assert f"somebody else made record 2 at the same moment: deploy {won} by {won}: better" in told
    assert [each.version for each in authors[0].read().in_force] == ["v0", won]


def test_a_write_whose_answer_was_lost_is_still_the_authors(objects: ObjectStore, store: Store) -> None:
    objects.lost = 1
    assert store.create("000001.json", b"mine")
    assert not store.create("000001.json", b"mine")


@pytest.mark.usefixtures("impatient")
def test_a_conflict_with_another_write_is_tried_again(objects: ObjectStore, store: Store) -> None:
    objects.broken_writes = [CONFLICT, CONFLICT]
    assert store.create("000001.json", b"mine")
    objects.broken_writes = [CONFLICT, CONFLICT]
    assert not store.create("000001.json", b"other")


@pytest.mark.usefixtures("impatient")
def test_conflicts_without_end_are_an_error(objects: ObjectStore, store: Store) -> None:
    objects.broken_writes = [CONFLICT] * 3
    with pytest.raises(OSError, match=r"s3://bucket/deployments/000001\.json got in the way of 3 attempts"):
        store.create("000001.json", b"mine")
    assert objects.objects == {}


def test_a_store_that_overwrites_is_found_out_before_anything_is_written(
    objects: ObjectStore, store: Store
) -> None:
    objects.overwrites = True
    author = Author(store)
    with pytest.raises(DeploymentLogError, match="can not be written: it overwrites what is there"):
        author.publish(draft("v0"), author.read())
    assert list(objects.objects) == [f"bucket/deployments/{bucket.PROBE}"]


@pytest.mark.parametrize("seconds", [-3600, -2, 3, 3600])
def test_a_clock_that_may_be_two_seconds_off_is_refused(
    objects: ObjectStore, store: Store, seconds: int
) -> None:
    author = Author(store)
    author.publish(draft("v0"), author.read())
    objects.ahead = seconds
    with pytest.raises(DeploymentRefusedError, match=r"expected less than 1\.5 s between them"):
        author.publish(draft("v1"), author.read())


@pytest.mark.parametrize(
    "ask", [lambda store: store.names(), lambda store: store.read("a"), lambda store: store.clock()]
)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (DENIED, r"AccessDenied \(403\)"),
        ((404, "NoSuchBucket"), r"NoSuchBucket \(404\)"),
        ((503, "SlowDown"), r"SlowDown \(503\)"),
        ((403, "<html"), "answered with 403$"),
    ],
)
def test_whatever_is_answered_in_place_of_an_answer_is_an_error_of_reaching_it(
    objects: ObjectStore, store: Store, ask: Callable[[Store], object], answer: tuple[int, str], said: str
) -> None:
    objects.answer_all_with(*answer)
    with pytest.raises(OSError, match=said) as failed:
        ask(store)
    assert "secret" not in str(failed.value)


def test_a_list_that_is_none_is_an_error_of_reaching_it(objects: ObjectStore, store: Store) -> None:
    objects.answer_all_with(200, "<html")
    with pytest.raises(OSError, match="ListObjectsV2 is answered with 500"):
        store.names()


@pytest.mark.usefixtures("objects")
def test_nobody_there_is_an_error_of_reaching_it() -> None:
    with running() as gone:
        store = open_store(gone.uri("bucket/deployments"))
    with pytest.raises(OSError, match="EndpointConnectionError"):
        store.create("000001.json", b"mine")


def test_a_worker_that_can_not_read_its_bucket_stops_in_time(objects: ObjectStore, store: Store) -> None:
    author = Author(store)
    author.publish(draft("v0"), author.read())
    now = [0]
    follower = Follower(store, steady=lambda: now[0])
    follower.settled(0)
    objects.answer_all_with(*DENIED)
    now[0] += TIMING.stale
    assert [each.version for each in follower.settled(0).in_force] == ["v0"]
    now[0] += 1
    with pytest.raises(
        StaleLogError, match=r"could not be read for 8\.0 s: ListObjectsV2 .* AccessDenied \(403\)"
    ):
        follower.settled(0)
    objects.broken = []
    assert [each.version for each in follower.settled(0).in_force] == ["v0"]


def test_the_account_of_the_uri_is_used_and_that_of_the_environment_without_one(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(objects.uri("bucket/log", "a%2Fnn:se%2Fcret@")).names()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "eve")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "password")
    open_store(objects.uri("bucket/log", "")).names()
    assert objects.accounts == {"a", "eve"}


def test_without_any_account_it_can_not_be_reached(objects: ObjectStore) -> None:
    with pytest.raises(OSError, match="NoCredentialsError"):
        open_store(objects.uri("bucket/log", "")).names()


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("s3://ann:se/cret@bucket/log", "is no S3 URI"),
        ("s3://ann:se?cret@bucket/log", "is no S3 URI"),
        ("s3://ann:se[cret@bucket/log", "is no S3 URI"),
        ("s3://ann:se#cret@bucket/log", "is no S3 URI"),
        ("s3://cret@bucket/log", "is no S3 URI"),
        ("s3:///log", "is no S3 URI"),
        ("s3://bucket:9000/log", "is no S3 URI"),
        ("s3:/cret/log", "is no S3 URI"),
        ("s3://bucket/log?secret_key=cret", "has parameters that are not known: secret_key"),
        ("s3://bucket/log?scheme=ftp", "has parameters that are not known: scheme"),
        ("s3://ann:cret@bucket/log?endpoint_override=no%20host", "can not be opened: ValueError"),
    ],
)
def test_a_uri_that_says_something_else_is_refused_without_repeating_it(uri: str, said: str) -> None:
    with pytest.raises(DeploymentLogError) as refused:
        open_store(uri)
    assert said in str(refused.value)
    assert "cret" not in str(refused.value).replace("secret_key", "")


def test_an_incomplete_environment_is_said(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(DeploymentLogError, match="can not be opened: ProfileNotFound"):
        open_store(objects.uri("bucket/log", ""))


def test_without_boto3_it_is_said_what_to_install(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(DeploymentLogError, match=r"takes boto3\npip install 'headrace\[s3\]'") as refused:
        open_store(objects.uri("bucket/log"))
    assert "secret" not in str(refused.value)


def test_a_log_elsewhere_loads_nothing_of_s3() -> None:
    code = (
        "import sys, headrace.deployments.bucket; from headrace.deployments.store import open_store;"
        "open_store('deployments'); print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"boto3", "botocore", "pyarrow"} & set(loaded.stdout.split())


def test_a_worker_scores_by_a_log_and_artifacts_in_one_bucket(
    objects: ObjectStore, models: Path, columns: dict[str, NDArray[Any]], times: NDArray[np.int64]
) -> None:
    folder = models / "models" / "fraud-a"
    objects.put_folder(folder, "bucket/models/fraud-a")
    uri = objects.uri("bucket/deployments")
    author = Author(open_store(uri))
    given = {"artifact": "../models/fraud-a", "manifest_sha256": manifest_sha256(folder)}
    author.publish(draft("fraud-a", **given), author.read())
    scored = follow(uri, reasons=0).score_batch(columns, times, [None] * len(times))
    assert {each.model_version for each in scored} == {"fraud-a"}
    assert objects.accounts == {"ann"}
