"""A live run on hostile files: every line ends in a table, every bad file is set aside, nothing else happens."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from headrace.dead_letters.letter import open_dead_letters, read_letters
from headrace.inbox.drop import drop
from headrace.inbox.journal import read_journal
from headrace.inbox.places import Places
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT, read_lines
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_SECONDS = 180.0


def payment(number: int) -> bytes:
    moment = datetime.now(timezone.utc) - timedelta(seconds=3)
    event = {"transaction_id": number, "customer_id": 5, "terminal_id": 7, "amount": 1.5}
    time_of = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({**event, "event_time": time_of}).encode() + b"\n"


@pytest.mark.flink
def test_a_live_run_reads_what_grows_sets_aside_what_is_bad_and_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    places = Places(data)
    run = _start(data)
    try:
        _wait(places.inbox.is_dir, run)
        (places.inbox / "bad.gz").write_bytes(b"no gzip")
        (places.inbox / "gone").symlink_to("nowhere")
        strange = os.fsdecode(b"a: \xff\n.log")
        drop(places.inbox, strange, payment(1) + b"{torn\n")
        drop(places.inbox, "packed.gz", gzip.compress(payment(2)))
        (places.inbox / "grows").write_bytes(payment(3))
        _wait(lambda: _taken(places, "grows"), run)
        with _taken(places, "grows")[0].open("ab") as writer:
            writer.write(payment(4)[:20])
            writer.flush()
            time.sleep(3)
            writer.write(payment(4)[20:] + payment(5))
        _wait(lambda: len(read_lines(data / "transactions")) >= 5, run)
        _wait(lambda: len(read_lines(data / "dead_letters")) >= 3, run)
    finally:
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=PATIENCE_SECONDS)[1]
    assert sorted(row["transaction_id"] for row in read_lines(data / "transactions")) == [1, 2, 3, 4, 5], said
    tables = read_tables(Suite(ROOT).use_case("fraud"))
    letters = read_letters(open_dead_letters(tables, data))
    assert {(letter.reason, letter.file) for letter in letters} == {
        ("unreadable_file", "bad.gz"),
        ("unreadable_file", "gone"),
        ("not_json", "a: \\xff\\n.log"),
    }
    assert len(letters) == 3
    assert "grows grew after it was taken in" in said


def _start(data: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "headrace", "run", "ingest", "--live", "--data", str(data)]
    return subprocess.Popen(command, env=shell(), cwd=ROOT, stderr=subprocess.PIPE, text=True)


def _taken(places: Places, name: str) -> list[Path]:
    """The original of a file that was handed over."""
    paths = [places.taken / entry.label for entry in read_journal(places.data) if entry.name == name]
    return [path for path in paths if path.exists()]


def _wait(condition: Callable[[], object], run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert run.poll() is None, run.communicate()[1]
        assert time.monotonic() < deadline, "nothing came for minutes"
        time.sleep(0.3)
