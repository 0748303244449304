from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.deployments.author import Author
from headrace.deployments.follower import wall_clock
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
from headrace.deployments.store import open_store
from headrace.deployments.timing import Timing
from tests.unit.deployments.world import draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.deployments.store import Store
    from tests.unit.deployments.places import Place


TICK = 20
"""File systems take the time of a new file from a clock that moves in steps of some milliseconds."""


@pytest.fixture
def store(place: Place) -> Store:
    return place.store


@pytest.fixture
def written(store: Store) -> Store:
    """A log of three."""
    author = Author(store)
    for name in "abc":
        author.publish(draft(name), author.read())
    return store


def test_a_record_and_a_verdict_are_read_as_they_were_written() -> None:
    record = Record(
        7,
        CHAMPION,
        "f-1",
        "m",
        "ab" * 32,
        0.5,
        -1,
        "kím",
        "why",
        "deploy",
        1_700_000_000_123,
        True,
        "cd" * 32,
    )
    assert decode_record(encode(record), "here") == record
    verdict = Verdict(7, in_force=False, because="late")
    assert decode_verdict(encode(verdict), "here") == verdict


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-20], "not JSON"),
        (lambda _: "[]", "the document is an empty list, expected an object"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "format is 2, expected 1, which"),
        (lambda text: text.replace("champion", "boss"), "role is 'boss', expected one of champion, canary"),
        (lambda text: text.replace('"share": 1.0', '"share": 1.5'), "share is 1.5, expected a number from 0"),
        (lambda text: text.replace('"author"', '"auther"'), "author is missing, expected text"),
        (
            lambda text: text.replace('"effective_from": null', '"effective_from": 12'),
            "effective_from is 12, expected a time such as",
        ),
    ],
    ids=["cut off", "no object", "format", "role", "share", "field", "time"],
)
def test_a_damaged_record_is_refused(store: Store, change: Callable[[str], str], said: str) -> None:
    record = Record(1, CHAMPION, "a", "m", "ab" * 32, 1.0, None, "kim", "why", "deploy", 0)
    store.create("000001.json", change(encode(record).decode()).encode())
    with pytest.raises(DeploymentLogError, match=r"000001\.json is no deployment record") as refused:
        read_log(store)
    assert said in str(refused.value)


def test_a_log_that_was_not_begun_is_empty(store: Store) -> None:
    assert read_log(store) == Log()


def test_a_longer_log_is_read_on_from_where_it_was(written: Store) -> None:
    known = read_log(written)
    author = Author(written)
    author.publish(draft("d"), author.read())
    found = read_log(written, known)
    assert [each.version for each in found.in_force] == list("abcd")
    assert found == read_log(written)
    assert all(one is other for one, other in zip(known.entries, found.entries))


def test_an_edited_record_is_found_out_by_the_next(written: Store, place: Place) -> None:
    content = written.read("000002.json") or b""
    place.put("000002.json", content.replace(b'"reason": "better"', b'"reason": "worse"'))
    with pytest.raises(DeploymentLogError, match=r"000003\.json does not follow on the record before it"):
        read_log(written)


@pytest.mark.parametrize("name", ["000002.json", "000002.verdict.json"])
def test_a_missing_file_is_found_out(written: Store, place: Place, name: str) -> None:
    place.remove(name)
    with pytest.raises(DeploymentLogError, match=rf"{name} is missing"):
        read_log(written)


def test_a_log_that_was_longer_is_found_out(written: Store, place: Place) -> None:
    known = read_log(written)
    place.remove("000003.json")
    with pytest.raises(DeploymentLogError, match="ends with record 2, it had 3"):
        read_log(written, known)


def test_a_file_is_created_once_whatever_others_do(store: Store, place: Place) -> None:
    threads = 8
    start, won = threading.Barrier(threads), []

    def create(number: int) -> None:
        start.wait()
        if store.create("000001.json", str(number).encode() * 100_000):
            won.append(number)

    racing = [threading.Thread(target=create, args=(number,)) for number in range(threads)]
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    assert len(won) == 1
    assert store.read("000001.json") == str(won[0]).encode() * 100_000
    assert place.all_names() == ["000001.json"]


def test_a_reader_never_sees_half_of_a_file(store: Store) -> None:
    content, seen, done = b"x" * 1_000_000, set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.update(len(store.read(name) or b"") for name in store.names())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        store.create(f"{number:06}.json", content)
    done.set()
    reader.join()
    assert seen == {len(content)}


def test_a_file_that_is_not_there_is_none_and_a_name_is_said_with_its_place(store: Store) -> None:
    assert store.read("000001.json") is None
    assert store.where("000001.json").endswith("/deployments/000001.json")


def test_the_clock_of_the_place_is_that_of_this_machine(store: Store) -> None:
    before, there, after = wall_clock(), store.clock(), wall_clock()
    assert before - store.accuracy - TICK <= there <= after + store.accuracy + TICK
    assert store.names() == []


@settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    asked=st.lists(
        st.tuples(
            st.sampled_from(["create", "read", "names"]), st.sampled_from("abcd"), st.binary(max_size=9)
        )
    )
)
def test_a_place_does_what_a_dictionary_that_forgets_nothing_does(
    place: Place, asked: list[tuple[str, str, bytes]]
) -> None:
    known: dict[str, bytes] = {}
    for name in place.all_names():
        place.remove(name)
    for what, name, content in asked:
        if what == "create":
            assert place.store.create(name, content) == (name not in known)
            known.setdefault(name, content)
        elif what == "read":
            assert place.store.read(name) == known.get(name)
        else:
            assert sorted(place.store.names()) == sorted(known)


def test_what_is_no_record_is_not_read_as_one(written: Store, place: Place) -> None:
    place.put(".4711-ab.unfinished", b'{"half')
    place.put("notes.txt", b"by a person")
    assert len(read_log(written).entries) == 3


def test_records_are_files_that_people_can_read(written: Store) -> None:
    document = json.loads(written.read("000001.json") or b"")
    assert (document["version"], document["author"], document["effective_from"]) == ("a", "kim", None)


def test_a_log_on_another_scheme_is_refused() -> None:
    with pytest.raises(DeploymentLogError, match="is on 'gs', expected a path, a file: or an s3: URI"):
        open_store("gs://bucket/deployments")


def test_numbers_that_leave_a_worker_no_time_are_refused() -> None:
    with pytest.raises(ValueError, match="leaves 0 ms after tolerance and skew"):
        Timing(lead=12_000)
