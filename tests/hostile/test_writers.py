"""Two writers on one data folder: the second is told of the first, and writes nothing."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.lock import EVERYTHING, LOCKS, claim, overlap
from tests.local_tables import ROOT
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]
    Held = Callable[..., "subprocess.Popen[str]"]

HOLD = """
import sys
from pathlib import Path
from headrace.runtime.lock import claim
with claim(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]):
    print("held", flush=True)
    sys.stdin.readline()
"""
ALONE = """
import sys, time
from contextlib import suppress
from pathlib import Path
from headrace.errors import HeadraceError
from headrace.runtime.lock import claim
data, inside = map(Path, sys.argv[1:])
for _ in range(40):
    with suppress(HeadraceError), claim(data, "headrace run realtime", ["predictions"]):
        inside.touch(exist_ok=False)
        time.sleep(0.002)
        inside.unlink()
"""
"""Fails when another one is inside."""
PERIOD = ("--from", "2018-05-03", "--to", "2018-05-10")
WRITERS = {
    "run": ("run", "backfill", "--overwrite"),
    "run-live": ("run", "ingest", "--live", "--overwrite"),
    "train": ("train", "fraud", *PERIOD),
    "replay": ("dlq", "replay", "--job", "ingest"),
    "data": ("data", "fraud", "--last-day", "1"),
    "demo": ("demo", "--quick"),
    "whatif": ("whatif", "fraud", *PERIOD, "--model", "fraud-test"),
    "score": ("score", "transaction_features", "--model", "models/fraud-test"),
    "import": ("models", "import", "model.onnx", "--use-case", "fraud"),
}


@pytest.fixture
def held() -> Iterator[Held]:
    """``held(data, "headrace run realtime", "predictions")``: another process that writes there."""
    started: list[subprocess.Popen[str]] = []

    def _hold(data: Path, command: str, *parts: str) -> subprocess.Popen[str]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(data), command, *parts],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(holder)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        return holder

    yield _hold
    for holder in started:
        holder.kill()
        holder.communicate()


@pytest.fixture
def data(tmp_path: Path, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an output, a model and what ``models import`` is given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "training_features").mkdir()
    (tmp_path / "training_features" / "part-0").write_text("{}\n", encoding="utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "fraud-test").symlink_to(artifact)
    (tmp_path / "model.onnx").write_bytes((artifact / "model.onnx").read_bytes())
    return tmp_path


def test_the_second_writer_is_told_who_the_first_is_and_what_to_do(tmp_path: Path, held: Held) -> None:
    first = held(tmp_path, "headrace run realtime", "predictions", "checkpoints/realtime")
    with pytest.raises(HeadraceError) as refused:
        claim(tmp_path, "headrace run score", ["predictions", "checkpoints/score"])
    said = str(refused.value)
    assert f"predictions in {tmp_path} is being written by headrace run realtime (pid {first.pid} on " in said
    assert "since 20" in said
    assert "stop it with Ctrl-C" in said


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS)
def test_no_command_writes_where_another_process_does(
    data: Path, held: Held, headrace: Headrace, command: tuple[str, ...]
) -> None:
    held(data, "headrace demo fraud", EVERYTHING)
    before = sorted(str(path) for path in data.rglob("*"))
    said = headrace(*command, "--data", data)
    assert "is being written by headrace demo fraud (pid " in one_error(said)
    assert sorted(str(path) for path in data.rglob("*")) == before


def test_those_that_write_different_parts_do_not_hinder_each_other(tmp_path: Path, held: Held) -> None:
    held(tmp_path, "headrace run realtime", "predictions", "inbox")
    with claim(tmp_path, "headrace train fraud", ["training_features", "checkpoints/backfill"]):
        pass


def test_a_part_overlaps_with_what_is_in_it_and_the_whole_with_all() -> None:
    assert overlap("dead_letters/ingest", "dead_letters")
    assert overlap("models", EVERYTHING)
    assert not overlap("models", "models_old")


def test_what_a_killed_writer_left_behind_is_taken(tmp_path: Path, held: Held) -> None:
    first = held(tmp_path, "headrace run realtime", EVERYTHING)
    first.send_signal(signal.SIGKILL)
    first.wait()
    [left] = (tmp_path / LOCKS).glob("*.json")
    with claim(tmp_path, "headrace run realtime", EVERYTHING):
        assert not left.exists()


def test_a_file_that_names_a_living_process_but_is_not_held_by_it_is_no_writer(tmp_path: Path) -> None:
    (tmp_path / LOCKS).mkdir()
    stale = tmp_path / LOCKS / "stale.json"
    stale.write_text(
        f'{{"command": "run", "pid": {os.getppid()}, "host": "h", "since": "s", "parts": [""]}}',
        encoding="utf-8",
    )
    with claim(tmp_path, "headrace run realtime", [EVERYTHING]):
        assert not stale.exists()


def test_a_writer_that_has_ended_leaves_no_name(tmp_path: Path) -> None:
    claim(tmp_path, "headrace demo fraud", [EVERYTHING]).release()
    assert not (tmp_path / LOCKS).exists()


def test_of_those_that_begin_at_once_one_writes_at_a_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALONE, str(tmp_path / "data"), str(tmp_path / "inside")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    beginners = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [beginner.wait() for beginner in beginners] == [0, 0, 0]
    assert not (tmp_path / "data" / LOCKS).exists()


def test_a_command_that_holds_the_folder_starts_jobs_in_it(tmp_path: Path) -> None:
    with claim(tmp_path, "headrace demo fraud", [EVERYTHING]):
        claim(tmp_path, "headrace run realtime", ["predictions"]).release()


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        HeadraceError, match=r"file/.locks: can not be written: Not a directory\nChoose another"
    ):
        claim(tmp_path / "file", "headrace run realtime", [EVERYTHING])


def test_a_file_system_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def _refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", _refuse)
    with pytest.raises(HeadraceError, match=r"the file system has no locks .*\n.*local disk"):
        claim(tmp_path, "headrace run realtime", [EVERYTHING])
