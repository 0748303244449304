from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import psutil

from headrace.cluster.process import KeptProcess, marked
from tests.unit.cluster.programs import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

import pytest

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("here", flush=True)
time.sleep(600)
"""


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptProcess]:
    process = KeptProcess("test", tmp_path / "run")
    yield process
    process.stop(patience=1)


def start(kept: KeptProcess, code: str = PARENT) -> psutil.Process:
    output = kept.folder.parent / "test.out"
    kept.start([sys.executable, "-c", code], os.environ, output)
    wait_until(lambda: "here" in output.read_text())
    process = kept.running()
    assert process is not None
    return process


def test_a_program_is_found_again_by_another_command(kept: KeptProcess) -> None:
    assert kept.running() is None
    process = start(kept)
    assert KeptProcess("test", kept.folder).running() == process


def test_a_recycled_id_is_somebody_else(kept: KeptProcess) -> None:
    kept.folder.mkdir()
    said = {"pid": os.getpid(), "started": psutil.Process().create_time() - 3600}
    (kept.folder / "test.json").write_text(json.dumps(said))
    assert kept.running() is None
    assert not kept.stop()


def test_stopping_ends_the_program_and_what_it_started_even_in_another_session(kept: KeptProcess) -> None:
    start(kept)
    assert len(marked(kept.mark)) == 2
    assert kept.stop()
    assert marked(kept.mark) == []
    assert not kept.stop()


def test_orphans_of_a_killed_program_are_ended_before_it_starts_again(kept: KeptProcess) -> None:
    start(kept).send_signal(signal.SIGKILL)
    wait_until(lambda: kept.running() is None)
    orphans = marked(kept.mark)
    assert len([each for each in orphans if each.status() != psutil.STATUS_ZOMBIE]) == 1
    (kept.folder.parent / "test.out").unlink()
    start(kept)
    assert not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in orphans)


def test_a_paused_program_can_be_stopped(kept: KeptProcess) -> None:
    start(kept, "import time; print('here', flush=True); time.sleep(600)").suspend()
    assert kept.stop(patience=20)


@pytest.mark.parametrize("said", ["", "{}", "[]", '{"pid": 999999999, "started": 1}'])
def test_a_file_that_says_nothing_is_no_program(kept: KeptProcess, said: str) -> None:
    kept.folder.mkdir()
    (kept.folder / "test.json").write_text(said)
    assert kept.running() is None


def test_a_program_that_runs_is_not_started_again_and_keeps_its_temporary_files(kept: KeptProcess) -> None:
    process, scratch = start(kept), kept.folder.parent / "tmp" / "test"
    scratch.mkdir(parents=True)
    (scratch / "used").touch()
    assert not kept.start([sys.executable, "-c", ""], os.environ, kept.folder.parent / "other.out", scratch)
    assert kept.running() == process
    assert (scratch / "used").exists()


def test_temporary_files_of_one_that_was_killed_go_before_it_starts_again(kept: KeptProcess) -> None:
    scratch, beside = kept.folder.parent / "tmp" / "test", kept.folder.parent / "tmp" / "another"
    for folder in (scratch / "tm_1", beside):
        folder.mkdir(parents=True)
        (folder / "blob").touch()
    (scratch / "link").symlink_to(beside)
    assert kept.start([sys.executable, "-c", PARENT], os.environ, kept.folder.parent / "test.out", scratch)
    assert [*scratch.iterdir()] == []
    assert (beside / "blob").exists()
