"""Contenders as they are seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from benchmarks.meter import Meter
from benchmarks.pipeline.contenders import Contender, Contenders
from benchmarks.pipeline.schedule import Case
from benchmarks.pipeline.streams import FeatureStream, Stream
from benchmarks.processes import Programs
from benchmarks.truth import Truth
from datasets.fraud.benchmark import START
from headrace.cluster.ports import wait_until
from headrace.errors import HeadraceError
from tests.unit.benchmarks.test_peers import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = Case("throughput", "realtime", "throughput", "rocksdb", 2)


@contextmanager
def contender(folder: Path, program: str) -> Iterator[Contender]:
    topics: Any = None
    programs = Programs(folder, "broker", folder)
    with programs.running([sys.executable, "-c", program], folder) as process:
        yield Contender(OURS, topics, process, folder, 0, Meter(process.pid))


def test_cpu_seconds_of_children_that_have_ended_count() -> None:
    meter = Meter(os.getpid())
    before = meter.cpu_seconds()
    ours = psutil.Process().cpu_times()[:2]
    subprocess.run([sys.executable, "-c", "sum(range(5_000_000))"], check=True)
    spent = sum(psutil.Process().cpu_times()[:2]) - sum(ours)
    assert meter.cpu_seconds() - before > spent


def test_memory_is_looked_at_and_a_process_that_is_gone_has_none() -> None:
    with Meter(os.getpid()) as meter:
        wait_until(lambda: meter.peak_bytes > 0, 60.0, "no memory was seen")
    assert Meter(2**22 + 1).cpu_seconds() == 0.0


def test_a_contender_stands_still_and_goes_on(tmp_path: Path) -> None:
    with contender(tmp_path, "import time; time.sleep(600)") as running:
        process = psutil.Process(running.process.pid)
        with running.stopped():
            wait_until(lambda: process.status() == psutil.STATUS_STOPPED, 60.0, "it did not stop")
        wait_until(lambda: process.status() != psutil.STATUS_STOPPED, 60.0, "it did not go on")


def test_one_that_ends_is_not_waited_for_and_its_last_words_are_said(tmp_path: Path) -> None:
    with contender(tmp_path, "raise SystemExit('no model')") as running:
        running.process.wait()
        with pytest.raises(HeadraceError, match=r"realtime.*answers did not come:\nno model"):
            running.wait_until(lambda: False, "answers")


def test_a_job_of_ours_is_told_what_its_case_says(tmp_path: Path) -> None:
    contenders = Contenders(Programs(tmp_path, "broker", tmp_path / "python"), {3: tmp_path / "suite"})
    command = " ".join(contenders.command(OURS, 8_081, tmp_path / "model", features=True))
    assert "measured realtime" in command
    assert "--profile throughput --backend rocksdb --slots 2" in command
    assert "--features" not in command


def test_a_peer_is_told_whether_its_answers_have_features(tmp_path: Path) -> None:
    contenders = Contenders(Programs(tmp_path, "broker", tmp_path / "python"), {3: tmp_path / "suite"})
    command = contenders.command(Case("latency", "quix"), 8_081, tmp_path, features=True)
    assert command[:3] == [str(tmp_path / "python"), "-m", "benchmarks.pipeline.peers.quix"]
    assert command[-1] == "--features"


def test_verdicts_are_known_a_week_after_the_payment_to_the_moment() -> None:
    stream = Stream(
        frame_of([(0, 1, 1, 100, True), (24 * 7, 1, 1, 100, False), (24 * 7 + 1, 1, 1, 100, False)])
    )
    assert [stream.known_before(number) for number in (0, 1, 2, 3)] == [0, 1, 1, 1]
    assert stream.moment(0) == START
    assert stream.verdicts[0].key == b'{"transaction_id":0}'


def test_features_are_sent_as_their_table_has_them() -> None:
    stream = FeatureStream(Truth(frame_of([(0, 1, 2, 150, True)])).features())
    (record,) = stream.sent
    assert record.key == b'{"transaction_id":0}'
    assert b'"customer_count_1d":1,"customer_amount_avg_1d":1.5' in record.value
    assert b'"event_time":"2018-04-01T00:00:00.000Z"' in record.value
    assert stream.verdicts == []
