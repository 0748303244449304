"""Hostile and unlucky files: every complete line comes out once, a bad file is set aside, the others go on."""

from __future__ import annotations

import base64
import bz2
import errno
import gzip
import lzma
import os
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.dead_letters.letter import open_dead_letters, read_letters
from headrace.inbox import content, handover, inbox, settling
from headrace.inbox.journal import read_journal
from headrace.inbox.remarks import LONG_SECONDS
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.inbox import LONG, SETTLE, Clock, DroppedFiles
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.dead_letters.letter import Letter

BAD = {
    "text.gz": b"no gzip\n",
    "cut.gz": gzip.compress(b"{}\n" * 1000)[:-9],
    "cut.bz2": bz2.compress(b"{}\n" * 1000)[:-3],
    "cut.xz": lzma.compress(b"{}\n" * 1000)[:-3],
    "rubbish.gz": gzip.compress(b"{}\n") + b"rubbish",
    "flipped.gz": gzip.compress(os.urandom(2000))[:500] + b"\x55" + gzip.compress(os.urandom(2000))[501:],
    "named.log": gzip.compress(b"{}\n"),
    "twice.gz": gzip.compress(gzip.compress(b"{}\n")),
    "line.log": b"x" * (content.LINE_LIMIT + 1),
    "zeros.gz": gzip.compress(b"\0" * 2 * content.LINE_LIMIT),
    "wide.log": "{}\n".encode("utf-16"),
    "archive.zip": b"PK\x03\x04 and so on",
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DroppedFiles:
    return DroppedFiles(tmp_path / "data", Clock.standing(monkeypatch))


def letters_of(data: Path) -> list[Letter]:
    return read_letters(open_dead_letters(read_tables(Suite(ROOT).use_case("fraud")), data))


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_holds_no_lines_is_a_dead_letter_and_the_others_go_on(
    files: DroppedFiles, name: str
) -> None:
    files.write("a", b"1\n")
    files.write(name, BAD[name])
    files.write("z", b"2\n")
    files.take(LONG)
    assert files.lines() == [b"1", b"2"]
    (letter,) = files.letters()
    assert (letter["reason"], letter["stage"]) == ("unreadable_file", "inbox")
    assert letter["detail"].startswith(f"{name} ")
    assert base64.b64decode(letter["payload"]) == BAD[name][:512]
    assert (files.inbox.places.unreadable / letter["source"]).read_bytes() == BAD[name]


def test_the_dead_letters_of_files_are_read_with_the_others_and_know_the_names(files: DroppedFiles) -> None:
    for name, packed in BAD.items():
        files.write(name, packed)
    files.take(LONG)
    assert {letter.file: letter.payload for letter in letters_of(files.data)} == {
        name: packed[:512] for name, packed in BAD.items()
    }


def test_a_file_that_unpacks_to_too_much_is_set_aside(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "UNPACKED_LIMIT", 3_000)
    files.write("bomb.gz", gzip.compress(b"{}\n" * 1_001))
    files.write("fits.gz", gzip.compress(b"{}\n" * 1_000))
    files.take(LONG)
    assert len(files.lines()) == 1_000
    assert "unpacks to more than 3,000 bytes" in (letters_of(files.data)[0].detail or "")


def test_a_compressed_file_that_is_completed_in_time_is_taken(files: DroppedFiles) -> None:
    whole = gzip.compress(b"{}\n" * 1000)
    files.write("slow.gz", whole[:-9])
    assert files.take(SETTLE) == []
    files.write("slow.gz", whole)
    assert files.take(SETTLE) == ["taken in: slow.gz as 000000.jsonl"]


def test_zero_bytes_are_a_matter_of_their_line(files: DroppedFiles) -> None:
    files.write("a", b"1\n\0\0\0\n2\n")
    files.take()
    assert files.lines() == [b"1", b"\0\0\0", b"2"]


NAMES = [
    b"with:colon",
    b"not utf-8 \xff\xfe",
    b"x" * 250,
    b"two\nlines",
    b" spaces ",
    b"100%25",
    b"..log",
    b"...",
    b"-rf",
    b"'quoted' \"twice\"",
    "bücher 🦊".encode(),
    b"\x1b[31mred",
    b"000000.jsonl",
]


def test_a_files_name_is_kept_and_never_used(files: DroppedFiles) -> None:
    taken = [name for name in NAMES if not name.startswith(b".")]
    for number, name in enumerate(NAMES):
        Path(os.fsdecode(os.fsencode(files.folder) + b"/" + name)).write_bytes(b"%d\n" % number)
    files.take()
    assert [*files.arrived()] == [f"{number:06d}.jsonl" for number in range(len(taken))]
    names = {entry.name for entry in read_journal(files.data)}
    assert {
        "with:colon",
        "not utf-8 \\xff\\xfe",
        "x" * 250,
        "two\\nlines",
        "bücher 🦊",
        "\\x1b[31mred",
    } < names
    assert len(names) == len(taken)


def test_a_link_is_not_followed(files: DroppedFiles, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret\n")
    (files.folder / "outside").symlink_to(secret)
    (files.folder / "relative").symlink_to("../../secret")
    (files.folder / "gone").symlink_to("nothing")
    files.write("a", b"1\n")
    files.take(LONG)
    assert files.lines() == [b"1"]
    found = letters_of(files.data)
    assert {letter.file for letter in found} == {"outside", "relative", "gone"}
    assert all("is a link" in (letter.detail or "") and letter.payload != b"secret\n" for letter in found)
    assert secret.read_text() == "secret\n"


def test_what_is_no_file_is_left_and_spoken_of(files: DroppedFiles) -> None:
    os.mkfifo(files.folder / "pipe")
    (files.folder / "folder").mkdir()
    files.write("a", b"1\n")
    files.take(LONG_SECONDS)
    files.take(LONG_SECONDS)
    assert files.lines() == [b"1"]
    assert sorted(files.inbox.remarks.new()) == [
        "folder lies in the inbox: it is a folder, not a file",
        "pipe lies in the inbox: it is a pipe, not a file",
    ]


def test_a_file_that_may_not_be_read_is_set_aside(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_file = os.open

    def refuse(path: Any, *arguments: Any) -> int:
        if Path(path).name == "theirs":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return open_file(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    files.write("mine", b"1\n")
    files.write("theirs", b"2\n")
    files.take(LONG)
    assert files.lines() == [b"1"]
    assert "may not be read: permission denied" in (letters_of(files.data)[0].detail or "")


def test_a_file_that_is_deleted_before_it_is_taken_is_no_error(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = files.write("gone", b"1\n"), files.write("stays", b"2\n")
    settled = settling.Settling.settled

    def then_delete(self: settling.Settling) -> list[Path]:
        paths = settled(self)
        gone.unlink(missing_ok=True)
        return paths

    monkeypatch.setattr(settling.Settling, "settled", then_delete)
    files.take()
    assert files.lines() == [b"2"]
    assert files.inbox.remarks.new() == []
    assert not stays.exists()


@pytest.mark.parametrize("step", ["copy_lines", "append"])
def test_a_full_disk_is_one_sentence_and_tried_again(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    files.write("a", b"1\n")
    with monkeypatch.context() as disk:
        disk.setattr(handover, step, full)
        for _ in range(3):
            assert files.take() == []
        assert files.inbox.remarks.new() == [
            "a could not be taken in and is tried again: No space left on device"
        ]
        assert files.arrived() == {}
    files.take()
    assert files.lines() == [b"1"]


def test_a_file_that_may_not_be_moved_away_is_not_taken(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.folder.chmod(0o1777)
    files.write("theirs", b"1\n")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert files.take() == []
    assert files.inbox.remarks.new() == [
        "theirs could not be taken in and is tried again: it belongs to another user, and may not be moved away"
    ]


def test_a_file_that_can_not_be_moved_away_after_all_is_read_once(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(inbox, "move_original", refuse)
    files.write("a", b"1\n")
    for _ in range(3):
        files.take()
    assert files.lines() == [b"1"]
    assert "could not be moved out of the inbox" in files.inbox.remarks.new()[0]


@pytest.mark.parametrize("seconds", [-(2**31), 2**33])
def test_a_time_that_is_none_of_the_past_is_now(files: DroppedFiles, seconds: int) -> None:
    for path in (files.write("good"), files.write("bad.gz")):
        os.utime(path, (seconds, seconds))
    files.take(LONG)
    assert len(files.lines()) == 1
    arrived = letters_of(files.data)[0].arrived_at
    assert arrived is not None
    assert abs(arrived - datetime.now(timezone.utc)) < timedelta(hours=1)


def test_two_files_of_one_name_are_both_read(files: DroppedFiles) -> None:
    for number in (1, 2):
        files.write("a", b"%d\n" % number)
        files.take()
    assert files.lines() == [b"1", b"2"]


def test_a_clock_that_jumps_stops_no_file(files: DroppedFiles) -> None:
    for name, seconds in (("old", 0), ("new", 10**10)):
        os.utime(files.write(name), (seconds, seconds))
    assert len(files.take()) == 2


@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("cut", range(8))
def test_a_kill_between_any_two_steps_loses_and_doubles_nothing(
    files: DroppedFiles, monkeypatch: pytest.MonkeyPatch, cut: int, bad: bool
) -> None:
    files.write("a.gz" if bad else "a", b"1\n2\n")
    with monkeypatch.context() as process:
        _die_after(process, cut)
        with suppress(Killed):
            files.take(LONG)
    files.restart()
    files.take(LONG)
    assert files.lines() == ([] if bad else [b"1", b"2"])
    assert len(files.letters()) == bad
    assert [path.name for path in files.folder.iterdir()] in ([".again", ".taken"], [".taken", ".again"])


class Killed(BaseException):
    """The process ended here."""


def _die_after(process: pytest.MonkeyPatch, steps: int) -> None:
    """End the process when it is about to move, write or delete something for the n-th time."""
    left = [steps]

    def counted(function: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return function(*arguments, **named)

        return call

    for name in ("rename", "replace", "unlink", "write_text"):
        process.setattr(Path, name, counted(getattr(Path, name)))
    process.setattr(handover, "append", counted(handover.append))


@pytest.fixture(params=["leases", "no leases"])
def leases(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what Linux knows of writers, and without, as on a network drive."""
    if request.param == "no leases":
        monkeypatch.delattr("fcntl.F_SETLEASE")


LINES = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), min_size=1, max_size=8)


@pytest.mark.usefixtures("leases")
@settings(max_examples=40, deadline=None)
@given(lines=LINES, data=st.data())
def test_a_writer_that_pauses_anywhere_loses_no_line_and_doubles_none(
    lines: list[bytes], data: st.DataObject
) -> None:
    """Each line carries its number; what comes out besides are beginnings of lines, never their ends."""
    whole = [b"%d %s;" % numbered for numbered in enumerate(lines)]
    stream = b"".join(line + b"\n" for line in whole)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pauses = data.draw(
        st.lists(st.sampled_from([0.0, 1.0, SETTLE, LONG]), min_size=len(cuts) + 1, max_size=len(cuts) + 1)
    )
    with new_inbox() as files, (files.folder / "a").open("ab", buffering=0) as writer:
        for (begin, end), pause in zip(zip([0, *cuts], [*cuts, len(stream)]), pauses):
            writer.write(stream[begin:end])
            files.take(pause)
        writer.close()
        files.take(LONG)
        files.take(LONG)
        found = Counter(files.lines())
    assert {line: found[line] for line in whole} == dict.fromkeys(whole, 1)
    assert all(any(line.startswith(rest) for line in whole) for rest in found)


@contextmanager
def new_inbox() -> Iterator[DroppedFiles]:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        yield DroppedFiles(Path(folder), Clock.standing(patch))
