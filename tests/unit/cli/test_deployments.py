"""``headrace deploy``, ``promote``, ``canary``, ``shadow``, ``rollback`` and ``deployments``, as a person sees them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cli.run import model_parameters
from headrace.deployments.author import Author
from headrace.deployments.head import head_of
from headrace.deployments.log import read_log
from headrace.deployments.store import Folder, open_store
from headrace.errors import HeadraceError
from headrace.models.definition import Feature, ModelDefinition, ScoreThreshold
from headrace.models.training import Provenance, train
from headrace.runtime.job import load_job
from tests.artifact import make_artifact, make_frame
from tests.local_tables import ROOT
from tests.object_store import forget_aws, running
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.object_store import ObjectStore
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions")
    for name in ("fraud-a", "fraud-b"):
        make_artifact(folder / name, name)
    return folder


@pytest.fixture
def data(models: Path, tmp_path: Path) -> Path:
    shutil.copytree(models, tmp_path / "models")
    return tmp_path


@pytest.fixture
def call(headrace: Headrace, data: Path) -> Headrace:
    """``call("deploy", "fraud-a")`` with a reason, an author and the data folder."""

    def _call(command: str, *arguments: object) -> Said:
        return headrace(command, *arguments, "--reason", "because", "--author", "kim", "--data", data)

    return _call


def log_of(data: Path) -> list[tuple[str, str]]:
    return [(each.command, each.version) for each in read_log(Folder(data / "deployments")).in_force]


def test_from_the_first_version_to_a_rollback(call: Headrace, data: Path) -> None:
    said = [
        call("deploy", "fraud-a"),
        call("shadow", "fraud-b"),
        call("canary", "fraud-b", "--share", "0.05"),
        call("promote"),
        call("rollback"),
        call("shadow", "--end"),
    ]
    assert [each.code for each in said] == [0] * 6
    assert said[0].out == "record 1: fraud-a is champion for all events\n"
    assert said[2].out.startswith("record 3: fraud-b is canary of 5% of the keys for events from 20")
    assert log_of(data) == [
        ("deploy", "fraud-a"),
        ("shadow", "fraud-b"),
        ("canary", "fraud-b"),
        ("promote", "fraud-b"),
        ("rollback", "fraud-a"),
        ("end shadow", "fraud-b"),
    ]


def test_a_script_gets_the_record_as_json(call: Headrace) -> None:
    found = json.loads(call("deploy", "fraud-a", "--json").out)
    assert (found["number"], found["version"], found["author"], found["reason"]) == (
        1,
        "fraud-a",
        "kim",
        "because",
    )


def test_the_log_is_shown_with_who_and_why_and_what_counts(
    call: Headrace, headrace: Headrace, data: Path
) -> None:
    call("deploy", "fraud-a")
    call("canary", "fraud-b", "--share", "0.5", "--effective-from", "2018-05-01", "--backdated")
    said = headrace("deployments", "--at", "2018-05-02", "--key", "7", "--data", data)
    for part in ("canary 50%", "the beginning", "kim", "because (backdated)", "2018-05-01T00:00:00.000Z"):
        assert part in said.out
    assert "champion fraud-a · canary fraud-b for 50% of the keys · key 7 is scored by fraud-" in said.out


def test_a_script_gets_the_log_and_what_counts_as_json(
    call: Headrace, headrace: Headrace, data: Path
) -> None:
    call("deploy", "fraud-a")
    found = json.loads(headrace("deployments", "--key", "7", "--json", "--data", data).out)
    assert [(each["version"], each["in_force"]) for each in found["log"]] == [("fraud-a", True)]
    assert (found["champion"], found["canary"], found["shadows"], found["scored_by"]) == (
        "fraud-a",
        None,
        [],
        "fraud-a",
    )


def test_a_void_record_is_shown_with_why(call: Headrace, headrace: Headrace, data: Path) -> None:
    call("deploy", "fraud-a")
    call("deploy", "fraud-b")
    (data / "deployments" / "000002.verdict.json").unlink()
    shutil.rmtree(data / "deployment_heads")  # nobody has seen the verdict
    said = headrace("deployments", "--data", data)
    assert "(void: its author was cut off before it said that it counts)" in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["deploy", "fraud-x"], "there is no version 'fraud-x' in "),
        (
            ["deploy", "fraud-b", "--effective-from", "2018-05-01"],
            "it would count from 2018-05-01T00:00:00.000Z",
        ),
        (["canary"], "headrace canary wants a version"),
        (["canary", "fraud-b", "--share", "0"], "a share of 0 is none"),
        (["canary", "fraud-a"], "fraud-a is the champion"),
        (["promote"], "expected one challenger to promote"),
        (["rollback"], "there is no earlier champion to go back to"),
        (["shadow", "--end"], "expected one shadow to end"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_can_not_be_is_refused_and_nothing_is_deployed(
    call: Headrace, data: Path, arguments: list[str], said: str
) -> None:
    call("deploy", "fraud-a")
    assert said in one_error(call(*arguments))
    assert log_of(data) == [("deploy", "fraud-a")]


def test_an_empty_reason_is_refused(headrace: Headrace, data: Path) -> None:
    assert "--reason is empty" in one_error(headrace("deploy", "fraud-a", "--reason", " ", "--data", data))


def test_deployments_of_nothing_say_how_to_begin(headrace: Headrace, data: Path) -> None:
    assert "Begin with headrace deploy" in one_error(headrace("deployments", "--data", data))


def test_a_damaged_artifact_is_not_deployed(call: Headrace, data: Path) -> None:
    (data / "models" / "fraud-a" / "model.onnx").write_bytes(b"damaged")
    assert "model.onnx is not as it was written" in one_error(call("deploy", "fraud-a"))
    assert not (data / "deployments").exists()


def test_an_artifact_damaged_since_is_not_gone_back_to(call: Headrace, data: Path) -> None:
    call("deploy", "fraud-a")
    call("deploy", "fraud-b")
    (data / "models" / "fraud-a" / "model.onnx").write_bytes(b"damaged")
    assert "model.onnx is not as it was written" in one_error(call("rollback"))
    assert log_of(data) == [("deploy", "fraud-a"), ("deploy", "fraud-b")]


def test_a_model_of_other_features_than_the_views_give_is_not_deployed(call: Headrace, data: Path) -> None:
    train(
        _of_one_feature(),
        _frame(),
        None,
        data / "models" / "other",
        Provenance("0" * 64, "tests"),
        version="other",
    )
    error = one_error(call("deploy", "other"))
    assert "the features given are not those of model other" in error
    assert not (data / "deployments").exists()


def test_a_log_that_can_not_be_written_is_said(call: Headrace, data: Path) -> None:
    (data / "deployments").write_text("in the way")
    assert "deployment log" in one_error(call("deploy", "fraud-a"))


def test_a_clock_that_is_wrong_is_said(call: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Folder.clock
    monkeypatch.setattr(Folder, "clock", lambda self: original(self) + 3_600_000)
    assert "this machine's clock says" in one_error(call("deploy", "fraud-a"))
    assert log_of(data) == []


def test_a_job_follows_the_deployments_once_there_are_some(call: Headrace, data: Path) -> None:
    job = load_job(ROOT, "score")
    assert [*model_parameters(job, None, data)] == ["headrace.model"]
    call("deploy", "fraud-a")
    head = head_of(read_log(Folder(data / "deployments")))
    assert model_parameters(job, None, data) == {
        "headrace.deployments": str((data / "deployments").resolve()),
        "headrace.deployments-head": str(head),
    }
    assert model_parameters(job, None, data, "file:///log") == {"headrace.deployments": "file:///log"}
    fixed = data / "models" / "fraud-b"
    assert model_parameters(job, fixed, data) == {"headrace.model": str(fixed.resolve())}
    with pytest.raises(HeadraceError, match="--model and --deployments are both given"):
        model_parameters(job, fixed, data, "log")


def test_a_run_checks_the_versions_that_its_log_names(headrace: Headrace, call: Headrace, data: Path) -> None:
    call("deploy", "fraud-a")
    shutil.rmtree(data / "models" / "fraud-a")
    assert "fraud-a has no readable manifest.json" in one_error(headrace("run", "score", "--data", data))


def test_a_run_with_an_empty_log_says_how_to_begin(headrace: Headrace, data: Path) -> None:
    said = one_error(headrace("run", "score", "--data", data, "--deployments", data / "nothing"))
    assert "has no champion" in said


def test_two_people_at_once_one_is_told(call: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("deploy", "fraud-a")
    read = Author.read

    def slow(author: Author) -> Any:
        seen = read(author)
        monkeypatch.setattr(Author, "read", read)
        call("deploy", "fraud-b")
        return seen

    monkeypatch.setattr(Author, "read", slow)
    assert "somebody else made record 2 at the same moment: deploy fraud-b by kim" in one_error(
        call("deploy", "fraud-b")
    )
    assert log_of(data) == [("deploy", "fraud-a"), ("deploy", "fraud-b")]


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch, models: Path) -> Iterator[ObjectStore]:
    """A bucket with the versions in it."""
    forget_aws(monkeypatch)
    with running() as store:
        for name in ("fraud-a", "fraud-b"):
            store.put_folder(models / name, f"bucket/models/{name}")
        yield store


@pytest.fixture
def in_s3(call: Headrace, objects: ObjectStore) -> Headrace:
    """As ``call``, on a log in the bucket."""
    return lambda *arguments: call(*arguments, "--deployments", objects.uri("bucket/deployments"))


def test_a_log_and_its_artifacts_in_s3_from_the_first_version_to_a_rollback(
    in_s3: Headrace, headrace: Headrace, objects: ObjectStore, data: Path
) -> None:
    shutil.rmtree(data / "models")
    a, b = (objects.uri(f"bucket/models/{name}") for name in ("fraud-a", "fraud-b"))
    said = [
        in_s3("deploy", a),
        in_s3("shadow", b),
        in_s3("canary", b),
        in_s3("promote"),
        in_s3("rollback"),
        headrace("deployments", "--deployments", objects.uri("bucket/deployments")),
    ]
    assert [each.code for each in said] == [0] * 6
    records = read_log(open_store(objects.uri("bucket/deployments"))).in_force
    assert [(each.command, each.artifact) for each in records] == [
        ("deploy", "../models/fraud-a"),
        ("shadow", "../models/fraud-b"),
        ("canary", "../models/fraud-b"),
        ("promote", "../models/fraud-b"),
        ("rollback", "../models/fraud-a"),
    ]
    assert not any("secret" in each.out + each.err for each in said)
    assert not any(b"secret" in each.content for each in objects.objects.values())


def test_an_artifact_in_s3_is_recorded_in_a_folder_without_its_account(
    call: Headrace, objects: ObjectStore, data: Path
) -> None:
    assert call("deploy", objects.uri("bucket/models/fraud-a")).code == 0
    record = read_log(Folder(data / "deployments")).in_force[0]
    assert (record.version, record.artifact) == ("fraud-a", objects.uri("bucket/models/fraud-a", account=""))


def test_a_version_of_this_machine_is_not_deployed_into_a_log_in_s3(
    in_s3: Headrace, objects: ObjectStore
) -> None:
    error = one_error(in_s3("deploy", "fraud-a"))
    assert "is a path of this machine, the deployment log is in S3" in error
    assert f"deploy {objects.uri('bucket/models/fraud-a', account='')}" in error
    assert not any("deployments" in key for key in objects.objects)


def test_a_bucket_that_says_no_is_said_without_the_account(in_s3: Headrace, objects: ObjectStore) -> None:
    objects.answer_all_with(403, "AccessDenied")
    error = one_error(in_s3("deploy", objects.uri("bucket/models/fraud-a")))
    assert "can not be read: ListObjectsV2 is answered with AccessDenied (403)" in error
    assert "secret" not in error


def _of_one_feature() -> ModelDefinition:
    from sklearn.linear_model import LogisticRegression

    return ModelDefinition(
        name="fraud",
        key="transaction_id",
        event_time="event_time",
        entity="customer_id",
        label="fraud",
        carried=("terminal_id",),
        features=(Feature("amount", "DOUBLE", "EUR"),),
        estimator=lambda: LogisticRegression(random_state=0),
        policy=ScoreThreshold(0.5),
    )


def _frame() -> Any:
    from headrace.models.definition import load_definition

    frame = make_frame(load_definition(ROOT, "fraud"))
    return frame[["transaction_id", "customer_id", "terminal_id", "event_time", "fraud", "amount"]]
