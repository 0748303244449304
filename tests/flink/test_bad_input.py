"""Input that is wrong where no dead letter can be made of it: the job fails with a sentence that says where."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.job import load_job
from headrace.runtime.outputs import newest_checkpoint
from headrace.runtime.rest import free_port
from headrace.runtime.run import Run, make_importable, start
from tests.local_tables import ROOT, read_lines
from tests.shell import shell

if TYPE_CHECKING:
    from pathlib import Path

AT = "2018-04-10T10:00:00Z"
MESSAGE = {"payload": "e30=", "arrived_at": AT, "source": "payments-0", "source_offset": 0}
IDS = {"transaction_id": 1, "customer_id": 2, "terminal_id": 3}
PAYMENT = {**IDS, "amount": 4.5, "event_time": AT, "arrived_at": AT, "source": "history", "source_offset": 0}
LABEL = {**IDS, "fraud": 0, "event_time": AT, "available_at": AT}
CUT_OFF = '{"payload": "e30=", "arrived'


def run_on(data: Path, job: str, table: str = "", lines: list[str] | None = None) -> None:
    """Run a job that fails at once over a table of one file."""
    if table:
        (data / table).mkdir(parents=True)
        (data / table / "rows.jsonl").write_text("".join(f"{line}\n" for line in lines or []))
    make_importable(ROOT)
    run = Run(ROOT, load_job(ROOT, job), data, options={"restart-strategy.type": "none"})
    start(run).wait(every=0.1)


def without(row: dict[str, Any], column: str) -> tuple[dict[str, Any], str]:
    """A row, and the line that lacks one of its columns."""
    return row, json.dumps({name: value for name, value in row.items() if name != column})


@pytest.mark.flink
@pytest.mark.parametrize(
    ("table", "lines", "said"),
    [
        ("ingest/transactions_raw", (MESSAGE, CUT_OFF), "Unexpected end-of-input"),
        ("ingest/transactions_raw", without(MESSAGE, "arrived_at"), "Some field is missing"),
        ("backfill/transactions_history", without(PAYMENT, "customer_id"), "Some field is missing"),
        ("backfill/labels", without(LABEL, "fraud"), "Some field is missing"),
    ],
    ids=["cut off", "no arrival", "no customer", "no verdict"],
)
def test_a_line_that_is_not_as_the_table_promises_stops_the_job_with_file_and_line(
    tmp_path: Path, table: str, lines: tuple[dict[str, Any], str], said: str
) -> None:
    job, name = table.split("/")
    with pytest.raises(HeadraceError) as raised:
        run_on(tmp_path, job, name, [json.dumps(lines[0]), lines[1]])
    assert f"{tmp_path}/{name}/rows.jsonl:2 holds a line that can not be read: " in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.flink
@pytest.mark.parametrize("table", ["", "transactions_raw"], ids=["no folder", "an empty file"])
def test_nothing_in_gives_nothing_out(tmp_path: Path, table: str) -> None:
    run_on(tmp_path, "ingest", table)
    assert read_lines(tmp_path / "transactions") == []
    assert read_lines(tmp_path / "dead_letters") == []


FILES = 2_000
EACH = 4


def write_many_files(data: Path) -> None:
    """A log of many small files, which are read one by one: payments within four seconds, one in four of them twice."""
    folder = data / "transactions_raw"
    folder.mkdir(parents=True)
    for file in range(FILES):
        numbers = [file * (EACH - 1) + place for place in range(EACH - 1)]
        again = file * 7 % (FILES * (EACH - 1))
        rows = [message(number, file * EACH + place) for place, number in enumerate([*numbers, again])]
        (folder / f"{file:05}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def message(number: int, offset: int) -> dict[str, Any]:
    payment = {
        "transaction_id": number,
        "event_time": f"2018-04-10T10:00:0{number % 4}Z",
        "customer_id": number % 50,
    }
    payload = json.dumps({**payment, "terminal_id": number % 70, "amount": number % 100}).encode()
    place = {"source": "payments-0", "source_offset": offset}
    return {"payload": b64encode(payload).decode(), "arrived_at": "2018-04-10T10:00:05Z", **place}


def headrace_run(data: Path, *options: str) -> subprocess.Popen[str]:
    """``headrace run ingest`` in a process group of its own, as a shell starts it."""
    command = [sys.executable, "-m", "headrace", "run", "ingest", "--data", str(data), *options]
    ui_port = ["--ui-port", str(free_port())]
    return subprocess.Popen(
        [*command, *ui_port], cwd=ROOT, env=shell(), start_new_session=True, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.flink
def test_an_interrupted_run_goes_on_where_it_stopped_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    write_many_files(tmp_path)
    interrupted = headrace_run(tmp_path)
    while not any((tmp_path / "transactions").glob(".*")) and interrupted.poll() is None:
        time.sleep(0.02)
    assert interrupted.poll() is None, interrupted.communicate()
    os.killpg(interrupted.pid, signal.SIGINT)
    _, said = interrupted.communicate()
    assert interrupted.returncode == 130, said
    assert "fraud-ingest stopped; --resume goes on where it stopped" in said
    assert "Traceback" not in said
    assert newest_checkpoint(tmp_path / "checkpoints" / "ingest") is not None

    resumed = headrace_run(tmp_path, "--resume")
    _, said = resumed.communicate()
    assert resumed.returncode == 0, said
    numbers = [row["transaction_id"] for row in read_lines(tmp_path / "transactions")]
    letters = read_lines(tmp_path / "dead_letters")
    assert sorted(numbers) == list(range(FILES * (EACH - 1)))
    assert len(letters) == FILES
    assert {row["reason"] for row in letters} == {"duplicate"}

    again = headrace_run(tmp_path, "--resume")
    _, said = again.communicate()
    assert again.returncode == 1
    assert "nothing to resume" in said
