from __future__ import annotations

import gzip
import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.inbox.drop import drop
from headrace.inbox.growth import WATCH_SECONDS
from headrace.inbox.inbox import Inbox
from headrace.inbox.journal import FILE, read_journal
from headrace.inbox.remarks import LONG_SECONDS
from tests.inbox import LONG, SETTLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inbox import Clock, DroppedFiles


def changed_ago(path: Path, seconds: float) -> float:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))
    return path.stat().st_mtime


def test_files_that_are_there_at_once_are_numbered_in_the_order_of_their_last_change(
    files: DroppedFiles,
) -> None:
    changed_ago(files.write("b.jsonl", b"b\n"), 30)
    changed_ago(files.write("a.jsonl", b"a\n"), 20)
    assert files.take() == ["taken in: b.jsonl as 000000.jsonl", "taken in: a.jsonl as 000001.jsonl"]
    assert files.arrived() == {"000000.jsonl": b"b\n", "000001.jsonl": b"a\n"}


def test_a_file_that_came_first_goes_first_whatever_its_time_says(files: DroppedFiles) -> None:
    changed_ago(files.write("first", b"1\n"), -3600)
    files.inbox.look()
    files.clock.now += 1
    changed_ago(files.write("second", b"2\n"), 3600)
    files.take()
    assert files.lines() == [b"1", b"2"]


def test_a_files_time_of_last_change_stays_but_is_never_in_the_future(files: DroppedFiles) -> None:
    past = changed_ago(files.write("a", b"a\n"), 3600)
    changed_ago(files.write("b", b"b\n"), -3600)
    files.take()
    times = [path.stat().st_mtime for path in sorted(files.inbox.arrived.iterdir())]
    assert times[0] == pytest.approx(past)
    assert times[1] <= time.time()


def test_a_file_waits_until_it_has_been_the_same_for_long_enough(files: DroppedFiles) -> None:
    path = files.write("a", b"1\n")
    files.inbox.look()
    files.clock.now += SETTLE - 0.1
    with path.open("ab") as more:
        more.write(b"2\n")
    assert files.inbox.take() == []
    files.clock.now += SETTLE - 0.1
    assert files.inbox.take() == []
    files.clock.now += 0.1
    assert len(files.inbox.take()) == 1
    assert files.lines() == [b"1", b"2"]


def test_a_file_waits_while_a_program_has_it_open_for_writing(files: DroppedFiles) -> None:
    with (files.folder / "a").open("wb") as writer:
        writer.write(b"1\n")
        writer.flush()
        assert files.take(LONG_SECONDS) == []
        assert files.inbox.remarks.new() == ["a waits in the inbox: a program has it open for writing"]
    assert len(files.inbox.take()) == 1


def test_a_last_line_without_its_end_waits_longer_and_is_a_line_then(files: DroppedFiles) -> None:
    files.write("a", b"1\n2")
    assert files.take(LONG - 0.1) == []
    assert len(files.take(0.1)) == 1
    assert files.lines() == [b"1", b"2"]


@pytest.mark.parametrize("name", ["a.tmp", "a.PART", ".a", "_a", "a~", "a.swp", "a.log.crdownload"])
def test_a_name_that_says_incomplete_is_left_alone_and_spoken_of_once(files: DroppedFiles, name: str) -> None:
    path = files.write(name)
    assert files.take(LONG_SECONDS - 1) == []
    assert files.inbox.remarks.new() == []
    files.take(1)
    files.take(LONG_SECONDS)
    (remark,) = files.inbox.remarks.new()
    assert remark.startswith(f"{name} lies in the inbox: it is left alone")
    path.rename(files.folder / "complete")
    assert len(files.take()) == 1


def test_numbers_go_on_where_an_earlier_run_stopped(files: DroppedFiles) -> None:
    files.write("a")
    files.take()
    files.restart()
    files.write("a")
    assert files.take() == ["taken in: a as 000001.jsonl"]


def test_what_an_earlier_run_read_goes_first_under_its_number_and_name(files: DroppedFiles) -> None:
    files.write("b", b"b\n")
    files.write("a", b"a\n")
    files.take()
    before = files.arrived()
    files.restart()
    assert files.inbox.give_back() == 2
    assert files.arrived() == {}
    files.write("c", b"c\n")
    assert files.take()[:2] == ["taken in again: b", "taken in again: a"]
    assert {**before, "000002.jsonl": b"c\n"} == files.arrived()


def test_files_of_an_earlier_version_are_read_again_too(files: DroppedFiles) -> None:
    (files.inbox.arrived / "000007-old.log").write_bytes(b"{}\n")
    files.restart()
    assert files.inbox.give_back() == 1
    files.write("new")
    assert files.take() == ["taken in again: 000007-old.log", "taken in: new as 000008.jsonl"]


def test_a_file_that_grows_after_it_was_taken_is_read_on_and_reported(files: DroppedFiles) -> None:
    writer = files.write("a", b"1\n")
    files.take()
    grow(files, 0, b"2\n3\n")
    assert files.take() == ["a grew after it was taken in: the rest is 000001.jsonl"]
    assert files.arrived() == {"000000.jsonl": b"1\n", "000001.jsonl": b"2\n3\n"}
    assert not writer.exists()


def test_growth_is_read_by_the_next_run_as_well(files: DroppedFiles) -> None:
    files.write("a", b"1\n")
    files.take()
    grow(files, 0, b"2\n")
    files.take()
    files.restart()
    grow(files, 0, b"3\n")
    files.take()
    assert files.lines() == [b"1", b"2", b"3"]


def test_a_line_that_was_cut_is_read_again_whole_and_its_end_is_no_record(files: DroppedFiles) -> None:
    files.write("a", b'1\n{"whole": {"half":')
    files.take(LONG)
    grow(files, 0, b' 1}}\n{"next": 1}\n')
    files.take()
    assert files.lines() == [b"1", b'{"whole": {"half":', b'{"whole": {"half": 1}}', b'{"next": 1}']


def test_a_line_whose_end_comes_later_is_not_read_twice(files: DroppedFiles) -> None:
    files.write("a", b"1\n2")
    files.take(LONG)
    grow(files, 0, b"\n3\n")
    files.take()
    assert files.lines() == [b"1", b"2", b"3"]


def test_the_original_goes_when_it_has_not_grown_for_a_while(files: DroppedFiles) -> None:
    files.write("a")
    files.take()
    files.take(WATCH_SECONDS - SETTLE)
    assert (files.inbox.places.taken / "000000").exists()
    files.take(WATCH_SECONDS)
    assert list(files.inbox.places.taken.iterdir()) == []


def test_the_original_stays_while_a_program_has_it_open(files: DroppedFiles) -> None:
    files.write("a", b"1\n")
    files.take()
    with (files.inbox.places.taken / "000000").open("ab") as writer:
        files.take(WATCH_SECONDS)
        files.take(WATCH_SECONDS)
        writer.write(b"2\n")
    files.take()
    assert files.lines() == [b"1", b"2"]


def test_a_file_that_is_overwritten_after_it_was_taken_is_set_aside(files: DroppedFiles) -> None:
    files.write("a", b"1\n2\n")
    files.take()
    (files.inbox.places.taken / "000000").write_bytes(b"3\n")
    (said,) = files.take()
    assert said.startswith("set aside: a was overwritten after it was taken in as 000000.jsonl")
    assert (files.inbox.places.unreadable / "000001").read_bytes() == b"3\n"


def test_a_compressed_file_is_unpacked(files: DroppedFiles) -> None:
    files.write("a.log.gz", gzip.compress(b"1\n2\n"))
    files.take()
    assert files.arrived() == {"000000.jsonl": b"1\n2\n"}


def test_the_journal_leads_from_a_number_to_the_name(files: DroppedFiles) -> None:
    files.write("payments of may.log")
    files.take()
    (entry,) = read_journal(files.data)
    assert (entry.file, entry.name, entry.size) == ("000000.jsonl", "payments of may.log", 3)


def test_a_line_of_the_journal_that_was_cut_off_is_dropped(files: DroppedFiles) -> None:
    files.write("a")
    files.take()
    with (files.data / FILE).open("ab") as journal:
        journal.write(b'{"number": 1, "na')
    assert len(read_journal(files.data)) == 1
    files.restart()
    files.write("b")
    files.take()
    assert [entry.name for entry in read_journal(files.data)] == ["a", "b"]


@pytest.mark.parametrize("line", [b"{}", b"[]", b'{"number": "x"}', b"\xff", b"[" * 100_000])
def test_a_damaged_journal_is_refused_in_one_sentence(files: DroppedFiles, line: bytes) -> None:
    (files.data / FILE).write_bytes(line + b"\n")
    with pytest.raises(HeadraceError, match="line 1 is no entry of the inbox's journal"):
        Inbox(files.data)


def test_a_file_is_dropped_by_renaming(files: DroppedFiles) -> None:
    assert drop(files.folder, "a", b"1\n") == files.folder / "a"
    assert [path.name for path in files.folder.iterdir() if path.is_file()] == ["a"]


def grow(files: DroppedFiles, number: int, content: bytes) -> None:
    """As a program does that had the file open when it was taken."""
    with (files.inbox.places.taken / f"{number:06d}").open("ab") as writer:
        writer.write(content)


def test_letters_have_the_columns_of_the_contract(files: DroppedFiles, clock: Clock) -> None:
    files.write("a.gz", b"no gzip")
    files.take(LONG)
    (letter,) = files.letters()
    assert set(letter) == {"reason", "stage", "detail", "payload", "arrived_at", "source", "source_offset"}
    assert json.dumps(letter)
    assert clock.now > 0
