from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from matplotlib.image import imread

from benchmarks.flame import recording
from benchmarks.flame.draw import draw, tree
from benchmarks.flame.recording import Stack, newest, shares, stacks
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
EVENT = """{"recording": {"events": [{"values": {
    "startTime": "2026-11-26T12:00:00.123456789Z",
    "sampledThread": {"javaName": "Rolling[3] -> Calc[4] (2/2)#0"},
    "stackTrace": {"frames": [
        {"method": {"type": {"name": "headrace/operators/History"}, "name": "add"}},
        {"method": {"type": {"name": "12345.67"}, "name": "run"}},
        {"method": {"type": {"name": "java/lang/Thread"}, "name": "run"}}]}}}]}}"""


def sampled(thread: str, *frames: str, second: int = 0) -> Stack:
    return Stack(thread, frames, NOON + timedelta(seconds=second))


def test_a_sample_names_the_operators_and_its_calls_the_outermost_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "jfr"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{EVENT}\nEND\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    [found] = stacks(tmp_path / "x.jfr")
    assert (found.thread, found.frames) == ("Rolling[3] -> Calc[4]", ("Thread.run", "History.add"))
    assert found.at == NOON + timedelta(microseconds=123456)


def test_without_the_program_that_reads_it_the_error_says_what_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HeadraceError, match="A JDK brings jfr"):
        stacks(tmp_path / "x.jfr")


def test_only_the_end_of_a_recording_counts() -> None:
    samples = [sampled("a", second=0), sampled("b", second=9), sampled("c", second=10)]
    assert [each.thread for each in newest(samples, 8)] == ["b", "c"]


def test_shares_are_of_all_samples_the_largest_first() -> None:
    assert shares([sampled("a"), sampled("b"), sampled("b"), sampled("b")]) == [("b", 0.75), ("a", 0.25)]


def test_the_tree_counts_calls_below_their_callers_without_what_all_have() -> None:
    root = tree([sampled("a", "Thread.run", "A.f", "B.g"), sampled("a", "A.f"), sampled("b", "B.g")])
    assert (root.count, root.depth) == (3, 4)
    assert root.calls["a"].calls["A.f"].count == 2
    assert root.calls["a"].calls["A.f"].calls["B.g"].count == 1


def test_the_picture_is_wide_and_as_high_as_the_stacks(tmp_path: Path) -> None:
    draw(tree([sampled("a", *"fgh"), sampled("b", "f")]), tmp_path / "flame.png", "a title")
    height, width = imread(tmp_path / "flame.png").shape[:2]
    assert width > height > 0


def test_nothing_is_recorded_when_no_jvm_was_started(tmp_path: Path) -> None:
    recording.dump(tmp_path / "x.jfr")
    assert not (tmp_path / "x.jfr").exists()
