"""Output that can not be written, terminals that lack characters, screens that are narrow, disks that are full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.cli import console, progress
from headrace.cli.output import CLOSED
from tests.local_tables import ROOT
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.cli.conftest import Said

MANY = "SELECT range AS number, 'ü' AS letter FROM range(20000)"
HEADRACE = [sys.executable, "-m", "headrace"]
ID = "fraud-f6b21e6e9a46"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data" / "labels").mkdir(parents=True)
    return tmp_path / "data"


def called(arguments: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **dict(options.pop("env", {}))}  # type: ignore[call-overload]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [*HEADRACE, *arguments], env=environment, stderr=subprocess.PIPE, text=True, check=False, **options
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("sql", ["SELECT 1 AS a", MANY], ids=["little", "much"])
def test_output_that_can_not_be_written_ends_in_one_sentence(data: Path, sql: str) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = called(["query", sql, "--json", "--data", str(data)], stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith("error: not all could be written: No space left on device")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("sql", ["SELECT 1 AS a", MANY], ids=["little", "much"])
def test_a_reader_that_has_gone_ends_it_in_silence(data: Path, sql: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = called(["query", sql, "--json", "--data", str(data)], stdout=writing)
    os.close(writing)
    assert done.returncode in {1, CLOSED}
    assert done.stderr == ""


def test_what_a_terminal_can_not_show_is_escaped(data: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = called(
        ["query", "SELECT chr(252) AS a", "--json", "--data", str(data)],
        env=ascii_only,
        stdout=subprocess.PIPE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert r'"a": "\xfc"' in done.stdout


def test_sql_that_is_no_text_is_refused_in_a_sentence(headrace: Callable[..., Said], data: Path) -> None:
    assert "the question is no UTF-8" in one_error(headrace("query", "SELECT '\udcfc'", "--data", data))


def test_sql_with_any_character_is_read_in_locale_c(data: Path) -> None:
    done = called(
        ["query", "SELECT 'ü' AS a", "--json", "--data", str(data)],
        env={"LC_ALL": "C"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"a": "ü"' in done.stdout


@pytest.mark.parametrize("width", [80, 40])
def test_ids_stay_on_one_line_on_a_narrow_screen(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [[ID, "a" * 32, "some words that may be folded where there is no room", "running", 4, None]]
    console.print_table("", ["version", "id", "note", "state", "rows", "none"], rows)
    shown = capsys.readouterr().out
    assert ID in shown
    assert "a" * 32 in shown


def test_a_cell_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    console.print_table("t :x:", ["[b]:x:[/b]"], [["root:x:0 [red]no[/red] \\[i] \x1b[31m\u202e"]])
    shown = capsys.readouterr().out
    assert "t :x:" in shown
    assert "[b]:x:[/b]" in shown
    assert r"root:x:0 [red]no[/red] \[i] \x1b[31m\u202e" in shown


def test_a_full_disk_is_said_once_and_so_is_new_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "free")  # noqa: PYI024 -- what shutil gives
    free = iter([1 << 30, 0, 0, 1 << 30])
    monkeypatch.setattr(progress, "disk_usage", lambda _: usage(next(free)))
    room = progress.Room(tmp_path)
    for _ in range(4):
        room()
    said = " ".join(capsys.readouterr().err.split())
    assert said.count("the disk is full: make room") == 1
    assert said.count("there is room again") == 1
    assert str(tmp_path) in said.replace(" ", "")


def test_a_command_that_succeeds_says_so_by_its_exit_code(headrace: Callable[..., Said], data: Path) -> None:
    assert headrace("query", "--data", data).code == 0
