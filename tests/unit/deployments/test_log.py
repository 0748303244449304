from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest

from headrace.deployments.author import Author
from headrace.deployments.log import Log, read_log
from headrace.deployments.record import (
    CHAMPION,
    DeploymentLogError,
    Record,
    Verdict,
    decode_record,
    decode_verdict,
    encode,
)
from headrace.deployments.store import Folder, open_store
from headrace.deployments.timing import Timing
from tests.unit.deployments.world import draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "deployments")


@pytest.fixture
def written(folder: Folder) -> Folder:
    """A log of three."""
    author = Author(folder)
    for name in "abc":
        author.publish(draft(name), author.read())
    return folder


def test_a_record_and_a_verdict_are_read_as_they_were_written() -> None:
    record = Record(
        7, CHAMPION, "f-1", "m", "ab", 0.5, -1, "kím", "why", "deploy", 1_700_000_000_123, True, "cd"
    )
    assert decode_record(encode(record), "here") == record
    verdict = Verdict(7, in_force=False, because="late")
    assert decode_verdict(encode(verdict), "here") == verdict


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-20], "not JSON"),
        (lambda _: "[]", "expected an object of format 1"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "expected an object of format 1"),
        (lambda text: text.replace("champion", "boss"), "role 'boss'"),
        (lambda text: text.replace('"share": 1.0', '"share": 1.5'), "with share 1.5"),
        (lambda text: text.replace('"author"', '"auther"'), "auther"),
        (
            lambda text: text.replace('"effective_from": null', '"effective_from": 12'),
            "is no deployment record",
        ),
    ],
    ids=["cut off", "no object", "format", "role", "share", "field", "time"],
)
def test_a_damaged_record_is_refused(folder: Folder, change: Callable[[str], str], said: str) -> None:
    record = Record(1, CHAMPION, "a", "m", "ab", 1.0, None, "kim", "why", "deploy", 0)
    folder.create("000001.json", change(encode(record).decode()).encode())
    with pytest.raises(DeploymentLogError, match=r"000001\.json is no deployment record") as refused:
        read_log(folder)
    assert said in str(refused.value)


def test_a_log_that_was_not_begun_is_empty(folder: Folder) -> None:
    assert read_log(folder) == Log()


def test_a_longer_log_is_read_on_from_where_it_was(written: Folder) -> None:
    known = read_log(written)
    author = Author(written)
    author.publish(draft("d"), author.read())
    found = read_log(written, known)
    assert [each.version for each in found.in_force] == list("abcd")
    assert found == read_log(written)
    assert all(one is other for one, other in zip(known.entries, found.entries))


def test_an_edited_record_is_found_out_by_the_next(written: Folder) -> None:
    path = f"{written.location}/000002.json"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 -- as an editor does
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 -- as an editor does
        file.write(text.replace('"reason": "better"', '"reason": "worse"'))
    with pytest.raises(DeploymentLogError, match=r"000003\.json does not follow on the record before it"):
        read_log(written)


@pytest.mark.parametrize("name", ["000002.json", "000002.verdict.json"])
def test_a_missing_file_is_found_out(written: Folder, name: str) -> None:
    os.unlink(f"{written.location}/{name}")  # noqa: PTH108 -- a string
    with pytest.raises(DeploymentLogError, match=rf"{name} is missing"):
        read_log(written)


def test_a_log_that_was_longer_is_found_out(written: Folder) -> None:
    known = read_log(written)
    os.unlink(f"{written.location}/000003.json")  # noqa: PTH108 -- a string
    with pytest.raises(DeploymentLogError, match="ends with record 2, it had 3"):
        read_log(written, known)


def test_a_file_is_created_once_whatever_others_do(folder: Folder) -> None:
    threads = 8
    start, won = threading.Barrier(threads), []

    def create(number: int) -> None:
        start.wait()
        if folder.create("000001.json", str(number).encode() * 100_000):
            won.append(number)

    racing = [threading.Thread(target=create, args=(number,)) for number in range(threads)]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    assert len(won) == 1
    assert folder.read("000001.json") == str(won[0]).encode() * 100_000
    assert os.listdir(folder.location) == ["000001.json"]  # noqa: PTH208 -- hidden files too


def test_a_reader_never_sees_half_of_a_file(folder: Folder) -> None:
    content, seen, done = b"x" * 1_000_000, set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.update(len(folder.read(name) or b"") for name in folder.names())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        folder.create(f"{number:06}.json", content)
    done.set()
    reader.join()
    assert seen == {len(content)}


def test_what_an_author_left_unfinished_is_no_record(written: Folder) -> None:
    with open(f"{written.location}/.4711-ab.unfinished", "wb") as file:  # noqa: PTH123 -- as a killed author does
        file.write(b'{"half')
    assert len(read_log(written).entries) == 3


def test_records_are_files_that_people_can_read(written: Folder) -> None:
    document = json.loads(written.read("000001.json") or b"")
    assert (document["version"], document["author"], document["effective_from"]) == ("a", "kim", None)


def test_a_log_on_another_scheme_is_refused() -> None:
    with pytest.raises(DeploymentLogError, match="is on 's3', expected a path or a file: URI"):
        open_store("s3://bucket/deployments")


def test_numbers_that_leave_a_worker_no_time_are_refused() -> None:
    with pytest.raises(ValueError, match="leaves 0 ms after tolerance and skew"):
        Timing(lead=12_000)
