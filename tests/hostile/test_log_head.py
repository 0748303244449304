"""Logs that go back: the last record edited, or deleted with its verdict, in a folder and in a bucket."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from headrace.cli.run import model_parameters
from headrace.deployments.author import Author
from headrace.deployments.follower import Follower
from headrace.deployments.head import Head, LogWentBackError, head_of, parse_head
from headrace.deployments.heads import FOLDER, SeenHead
from headrace.deployments.log import read_log
from headrace.deployments.record import DeploymentLogError
from headrace.deployments.scorer import DeployedScorer
from headrace.deployments.store import Folder
from headrace.deployments.timing import RECHECK
from headrace.deployments.verification import verify
from headrace.deployments.versions import Versions
from headrace.runtime.job import DEPLOYMENTS_HEAD, load_job
from headrace.runtime.submit import parse
from tests.deployment_log import make_log
from tests.local_tables import ROOT
from tests.object_store import forget_aws, running
from tests.unit.cli.conftest import headrace, one_error
from tests.unit.deployments.places import InBucket, InFolder
from tests.unit.deployments.world import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.object_store import ObjectStore
    from tests.unit.cli.conftest import Said
    from tests.unit.deployments.places import Place

    Headrace = Callable[..., Said]
    Harm = Callable[[Place], None]

__all__ = ["headrace"]

LAST = "000003"


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    forget_aws(monkeypatch)
    with running() as store:
        yield store


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A log of three records."""
    made: Place = InFolder(tmp_path / "deployments")
    if request.param == "bucket":
        made = InBucket(request.getfixturevalue("objects"), "bucket/team/deployments")
    author = Author(made.store)
    for name in "abc":
        author.publish(draft(name), author.read())
    return made


def edited(place: Place) -> None:
    """The last record says another version."""
    content = place.store.read(f"{LAST}.json") or b""
    place.put(f"{LAST}.json", content.replace(b'"version": "c"', b'"version": "x"'))


def voided(place: Place) -> None:
    """The last record does not count any more."""
    content = place.store.read(f"{LAST}.verdict.json") or b""
    place.put(f"{LAST}.verdict.json", content.replace(b"true", b"false"))


def deleted(place: Place) -> None:
    """The last record is gone with its verdict."""
    place.remove(f"{LAST}.json")
    place.remove(f"{LAST}.verdict.json")


def undecided(place: Place) -> None:
    """The verdict on the last record is gone."""
    place.remove(f"{LAST}.verdict.json")


def emptied(place: Place) -> None:
    for name in place.store.names():
        place.remove(name)


HARMS = [edited, voided, deleted, undecided, emptied]


@pytest.mark.parametrize("harm", HARMS)
def test_who_reads_anew_and_remembers_nothing_does_not_notice(place: Place, harm: Harm) -> None:
    """What can not be noticed from the log itself, so that the others below are needed."""
    harm(place)
    assert isinstance(read_log(place.store).in_force, tuple)


@pytest.mark.parametrize("harm", HARMS)
def test_a_worker_that_starts_anew_refuses_a_log_that_went_back_behind_its_submission(
    place: Place, harm: Harm
) -> None:
    head = head_of(read_log(place.store))
    harm(place)
    with pytest.raises(LogWentBackError, match="went back: "):
        Follower(place.store, head=parse_head(str(head))).settled(0)


def test_a_worker_goes_on_with_a_log_that_is_longer_than_at_its_submission(place: Place) -> None:
    head = head_of(read_log(place.store))
    author = Author(place.store)
    author.publish(draft("d"), author.read())
    follower = Follower(place.store, head=head)
    assert [record.version for record in follower.settled(0).in_force] == list("abcd")


@pytest.mark.parametrize("harm", HARMS)
def test_a_worker_that_runs_notices_within_ten_seconds(place: Place, harm: Harm) -> None:
    now = [0]
    follower = Follower(place.store, steady=lambda: now[0])
    follower.settled(0)
    harm(place)
    now[0] += RECHECK
    with pytest.raises(DeploymentLogError, match=r"went back: |ends with record"):
        follower.settled(0)


def test_a_worker_says_what_is_wrong_with_a_head_that_is_none(place: Place) -> None:
    with pytest.raises(DeploymentLogError, match="the head of a deployment log is '7', expected its number"):
        parse_head("7")
    assert parse_head("") is None
    assert place.store.names()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions and a log of three records."""
    data = tmp_path_factory.mktemp("made")
    records = [("a", ""), ("b", "2018-05-01"), ("a", "2018-05-02")]
    make_log(data, [{"role": "champion", "version": each, "effective_from": day} for each, day in records])
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path, headrace: Headrace) -> Path:
    """The same, seen by a command."""
    shutil.copytree(made, tmp_path / "data")
    assert headrace("models", "list", "--data", tmp_path / "data").code == 0
    return tmp_path / "data"


def harmed(data: Path, how: str) -> None:
    record, said = (data / "deployments" / f"{LAST}{end}" for end in (".json", ".verdict.json"))
    if how == "edited":
        record.write_bytes(record.read_bytes().replace(b'"version": "a"', b'"version": "b"'))
    else:
        record.unlink()
        said.unlink()


COMMANDS = [
    ["models", "list"],
    ["models", "show", "a"],
    ["models", "compare", "a", "b"],
    ["deployments"],
    ["deploy", "b", "--reason", "x"],
    ["promote", "--reason", "x"],
    ["canary", "b", "--reason", "x"],
    ["shadow", "b", "--reason", "x"],
    ["rollback", "--reason", "x"],
    ["score", "rows.csv"],
    ["audit", "7"],
    ["whatif", "fraud", "--from", "2018-05-01", "--to", "2018-05-02"],
    ["run", "score"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_every_command_refuses_a_log_that_went_back(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(data)
    (data / "rows.csv").write_text("amount\n1.5\n")
    harmed(data, "deleted")
    error = one_error(headrace(*command, "--data", data))
    assert "went back: it ends with record 2, record 3 was seen there" in error
    assert "headrace deployments --accept-restored" in error
    assert len(list((data / "deployments").glob("*[0-9].json"))) == 2


def test_a_record_that_was_edited_is_noticed_by_the_next_command(headrace: Headrace, data: Path) -> None:
    harmed(data, "edited")
    error = one_error(headrace("deployments", "--data", data))
    assert "record 3 or its verdict is not what was seen there" in error


def test_a_log_that_is_gone_is_noticed_by_a_run(headrace: Headrace, data: Path) -> None:
    shutil.rmtree(data / "deployments")
    assert "it ends with record 0, record 3 was seen" in one_error(headrace("run", "score", "--data", data))


def test_a_head_is_kept_for_a_log_in_a_bucket_too(
    headrace: Headrace, data: Path, objects: ObjectStore
) -> None:
    objects.put_folder(data / "deployments", "bucket/deployments")
    place = ["--deployments", objects.uri("bucket/deployments"), "--data", data]
    assert headrace("models", "list", *place).code == 0
    for name in (f"{LAST}.json", f"{LAST}.verdict.json"):
        del objects.objects[f"bucket/deployments/{name}"]
    error = one_error(headrace("models", "list", *place))
    assert "went back: it ends with record 2, record 3 was seen" in error
    assert "secret" not in error
    assert not any("secret" in path.read_text() for path in (data / FOLDER).iterdir())


def test_a_data_folder_that_was_moved_keeps_what_it_saw(
    headrace: Headrace, data: Path, tmp_path: Path
) -> None:
    moved = data.rename(tmp_path / "elsewhere")
    harmed(moved, "deleted")
    assert "went back" in one_error(headrace("deployments", "--data", moved))


def test_nothing_is_made_where_there_is_no_data_folder(
    headrace: Headrace, data: Path, tmp_path: Path
) -> None:
    place = ["--deployments", data / "deployments", "--data", tmp_path / "none"]
    assert headrace("deployments", *place).code == 0
    assert not (tmp_path / "none").exists()


def test_a_place_that_can_not_be_written_is_said_and_nothing_else(
    headrace: Headrace, made: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(made, data)
    (data / FOLDER).write_text("in the way")
    said = headrace("deployments", "--data", data)
    assert said.code == 0
    assert "what was seen of the log is not remembered" in said.err


def test_a_head_that_was_damaged_is_said(headrace: Headrace, data: Path) -> None:
    (path,) = (data / FOLDER).iterdir()
    path.write_text('{"number": "3"}')
    error = one_error(headrace("deployments", "--data", data))
    assert f"{path} is not the head of a log: log is missing, expected text" in error


def test_a_log_that_was_put_back_on_purpose_is_taken_when_somebody_says_so(
    headrace: Headrace, data: Path
) -> None:
    harmed(data, "deleted")
    said = headrace("deployments", "--accept-restored", "--data", data)
    assert said.code == 0
    assert f"head of {data / 'deployments'}: record 2, " in said.out
    assert "submit them anew" in said.err
    assert headrace("deploy", "b", "--reason", "x", "--data", data).code == 0


def test_a_log_that_was_begun_anew_is_taken_when_somebody_says_so(headrace: Headrace, data: Path) -> None:
    shutil.rmtree(data / "deployments")
    assert "went back" in one_error(headrace("deploy", "a", "--reason", "x", "--data", data))
    assert ": nothing" in headrace("deployments", "--accept-restored", "--data", data).out
    assert headrace("deploy", "a", "--reason", "x", "--data", data).code == 0


def test_a_damaged_log_is_not_taken_for_one_that_was_put_back(headrace: Headrace, data: Path) -> None:
    (data / "deployments" / "000001.json").write_text("{}")
    error = one_error(headrace("deployments", "--accept-restored", "--data", data))
    assert "000001.json is no deployment record" in error


def test_a_log_is_verified_record_by_record(headrace: Headrace, data: Path) -> None:
    said = headrace("deployments", "--verify", "--data", data)
    assert said.code == 0
    assert "3 records · seen before: record 3, " in said.out
    found = json.loads(headrace("deployments", "--verify", "--json", "--data", data).out)
    assert found["ok"]
    assert found["head_seen"]["number"] == 3
    assert [
        (each["number"], each["version"], each["in_force"], each["fault"]) for each in found["records"]
    ] == [
        (1, "a", True, None),
        (2, "b", True, None),
        (3, "a", True, None),
    ]


FAULTS: dict[str, tuple[Callable[[Path], object], list[tuple[int, str]]]] = {
    "the last one edited": (
        lambda log: harmed(log.parent, "edited"),
        [(3, "it or its verdict was changed since it was seen")],
    ),
    "the last one deleted": (lambda log: harmed(log.parent, "deleted"), [(3, "it was seen, and is missing")]),
    "one of the middle edited": (
        lambda log: (log / "000002.json").write_bytes((log / "000002.json").read_bytes() + b" "),
        [(3, "it does not follow on the record before it: one of the two was changed")],
    ),
    "one of the middle deleted": (
        lambda log: [(log / f"000002{end}").unlink() for end in (".json", ".verdict.json")],
        [(2, "record 2: missing, later ones are there"), (3, "it does not follow on the record before it")],
    ),
    "a verdict deleted": (
        lambda log: (log / "000001.verdict.json").unlink(),
        [(1, "its verdict is missing"), (2, "it does not follow on the record before it")],
    ),
    "a record deleted, not its verdict": (
        lambda log: (log / "000003.json").unlink(),
        [(3, "the record is missing, its verdict is there")],
    ),
    "two at once": (
        lambda log: [(log / f"00000{number}.json").write_text("{}") for number in (1, 2)],
        [
            (1, "000001.json is no deployment record: format is missing"),
            (2, "000002.json is no deployment record: format is missing"),
            (3, "it does not follow on the record before it"),
        ],
    ),
    "one of far away": (
        lambda log: shutil.copy(log / "000003.json", log / "999999.json"),
        [(4, "records 4 to 999998: missing, later ones are there"), (999_999, "it says that it is record 3")],
    ),
    "a verdict ahead": (
        lambda log: shutil.copy(log / "000003.verdict.json", log / "000004.verdict.json"),
        [(4, "the record is missing, its verdict is there")],
    ),
}


@pytest.mark.parametrize(("harm", "faults"), FAULTS.values(), ids=FAULTS)
def test_whatever_is_wrong_with_a_log_is_found(
    data: Path, harm: Callable[[Path], object], faults: list[tuple[int, str]]
) -> None:
    store = Folder(data / "deployments")
    head = SeenHead(data, store).read()
    harm(data / "deployments")
    found = [(each.number, each.fault) for each in verify(store, head) if each.fault]
    assert [number for number, _ in found] == [number for number, _ in faults]
    assert all(fault.startswith(said) for (_, fault), (_, said) in zip(found, faults))


def test_a_log_with_a_fault_is_verified_with_exit_code_one_and_not_remembered(
    headrace: Headrace, data: Path
) -> None:
    before = SeenHead(data, Folder(data / "deployments")).read()
    harmed(data, "edited")
    said = headrace("deployments", "--verify", "--data", data)
    assert said.code == 1
    assert "1 of 3 places are wrong" in said.out
    assert not json.loads(headrace("deployments", "--verify", "--json", "--data", data).out)["ok"]
    assert SeenHead(data, Folder(data / "deployments")).read() == before


def test_a_job_takes_along_what_its_submitter_saw(data: Path) -> None:
    head = head_of(read_log(Folder(data / "deployments")))
    parameters = model_parameters(load_job(ROOT, "score"), None, data)
    assert parameters[DEPLOYMENTS_HEAD] == str(head)
    arguments = [part for key, value in parameters.items() for part in (f"--{key.rpartition('.')[2]}", value)]
    assert parse(load_job(ROOT, "score"), arguments).parameters == parameters


def test_a_scorer_that_starts_anew_refuses_another_log_than_its_submitter_saw(data: Path) -> None:
    store = Folder(data / "deployments")
    other = Head(3, "ab" * 32)
    with pytest.raises(LogWentBackError):
        DeployedScorer(Follower(store, head=other), Versions(store.home, 0))
