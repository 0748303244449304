"""The rows that ``rolling`` keeps outlive the call that kept them."""

from __future__ import annotations

import time
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Callable, Optional

import numpy as np
import pytest

from headrace.cluster.client import FlinkClient
from headrace.rolling.reference import Event, rolling
from headrace.runtime.configuration import operator_jars
from tests.local_tables import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.standalone import StandaloneCluster

PATIENCE_SECONDS = 240.0
NULL = "none"
HOUR = 3_600_000
MINUTES = 600_000
ROWS = 900
BEFORE = 600
"""Rows until the stop; those of key 0 fill several blocks."""

JOB = '''
import sys

from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, TableEnvironment

data, jar, arguments, answer = sys.argv[1:]
options = Configuration()
options.set_string("pipeline.jars", jar)
options.set_string("table.exec.uid.generation", "ALWAYS")
options.set_string("execution.checkpointing.interval", "500 ms")
environment = TableEnvironment.create(EnvironmentSettings.new_instance().with_configuration(options).build())
environment.execute_sql("CREATE TEMPORARY SYSTEM FUNCTION rolling AS 'headrace.operators.Rolling' LANGUAGE JAVA")
environment.execute_sql(f"""
    CREATE TABLE arriving (
      id BIGINT, k BIGINT, t BIGINT, n BIGINT, event_time AS TO_TIMESTAMP_LTZ(t, 3),
      WATERMARK FOR event_time AS event_time - INTERVAL '1' HOUR
    ) WITH (
      'connector' = 'filesystem', 'path' = '{data}/in', 'format' = 'csv', 'csv.null-literal' = '',
      'source.monitor-interval' = '200 ms'
    )""")
environment.execute_sql(f"""
    CREATE TABLE answered (id BIGINT, answer STRING) WITH (
      'connector' = 'filesystem', 'path' = '{data}/out', 'format' = 'json',
      'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '500 ms'
    )""")
environment.execute_sql(f"""
    INSERT INTO answered
    SELECT id, CONCAT_WS('|', {answer}) FROM rolling(
      input => TABLE arriving PARTITION BY k, on_time => DESCRIPTOR(event_time), {arguments})""")
'''

FIRST = ("aggregates => 'count, sum(n)', windows => '1h'", ("count_1h", "n_sum_1h"))
THEN = (
    "aggregates => 'sum(n), count, max(n), distinct(n)', windows => '10min, 1h'",
    ("count_1h", "n_sum_1h", "count_10min", "n_max_1h", "n_distinct_1h"),
)
"""A shorter window and two more aggregates."""
ASKED = [("count", HOUR), ("sum", HOUR), ("count", MINUTES), ("max", HOUR), ("distinct", HOUR)]
NUMBERS_FIRST = ("aggregates => 'count(n)', windows => '10min'", ("n_count_10min",))
NUMBERS_THEN = ("aggregates => 'count(n), sum(n)', windows => '10min'", ("n_count_10min", "n_sum_10min"))
NUMBERS_ASKED = [("count", MINUTES), ("sum", MINUTES)]
"""Rows without a number are not kept."""
Call = tuple[str, tuple[str, ...]]
Row = tuple[int, int, int, Optional[int]]


class RollingJob:
    """A job on a cluster that answers files of rows."""

    def __init__(self, cluster: StandaloneCluster, folder: Path, jar: str) -> None:
        modules = folder / "jobs"
        modules.mkdir()
        (modules / "__init__.py").touch()
        (modules / "rolling_case.py").write_text(dedent(JOB), encoding="utf-8")
        self.data = folder / "data"
        (self.data / "in").mkdir(parents=True)
        self._flink = FlinkClient(cluster.home, folder)
        self._jar = jar
        self._id = ""

    def start(self, call: Call, parallelism: int, savepoint: str = "") -> None:
        arguments, columns = call
        answer = ", ".join(f"COALESCE(CAST({column} AS STRING), '{NULL}')" for column in columns)
        options = ["-p", str(parallelism), *(["-s", savepoint] if savepoint else [])]
        self._id = self._flink.run(
            "rolling_case", str(self.data), self._jar, arguments, answer, options=options
        )

    def stop(self) -> str:
        return self._flink.stop(self._id)

    def answer(self, name: str, rows: list[Row], until: int) -> None:
        """Let rows arrive, and wait until so many have an answer."""
        hidden = self.data / "in" / f".{name}"
        hidden.write_text(
            "".join(",".join("" if value is None else str(value) for value in row) + "\n" for row in rows),
            encoding="utf-8",
        )
        hidden.rename(self.data / "in" / name)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(read_lines(self.data / "out")) < until:
            assert time.monotonic() < deadline, "nothing came for minutes"
            time.sleep(0.3)

    def answers(self) -> dict[int, list[int | None]]:
        found = {row["id"]: row["answer"] for row in read_lines(self.data / "out")}
        return {
            number: [None if value == NULL else int(value) for value in answer.split("|")]
            for number, answer in found.items()
        }


def arriving() -> list[Row]:
    """Id, key, time and number; two thirds on one key."""
    random = np.random.default_rng(17)
    times = 1_600_000_000_000 + np.cumsum(random.integers(0, 20_000, ROWS))
    keys = np.where(random.random(ROWS) < 2 / 3, 0, random.integers(1, 20, ROWS))
    numbers = random.integers(-20, 20, ROWS)
    return [(row, int(keys[row]), int(times[row]), int(numbers[row])) for row in range(ROWS)]


def with_gaps(rows: list[Row]) -> list[Row]:
    """A third of the rows without a number, the first ones after the stop among them."""
    return [
        (number, key, time, None if number % 3 == 0 or BEFORE <= number < BEFORE + 20 else value)
        for number, key, time, value in rows
    ]


def expected(rows: list[Row], asked: list[tuple[str, int]]) -> dict[int, list[Any]]:
    """What the second call gives when nothing was stopped."""
    found: dict[int, list[Any]] = {}
    for key in {row[1] for row in rows}:
        mine = [row for row in rows if row[1] == key]
        events = [Event(time, number) for _, _, time, number in mine]
        results = zip(*(rolling(events, aggregate, window) for aggregate, window in asked))
        found.update({row[0]: list(result) for row, result in zip(mine, results)})
    return found


@pytest.fixture
def make_job(
    cluster: StandaloneCluster, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], RollingJob]:
    def _make() -> RollingJob:
        monkeypatch.chdir(tmp_path)  # there, jobs is not the suite's
        (jar,) = operator_jars(root)
        return RollingJob(cluster, tmp_path, jar.as_uri())

    return _make


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("first", "then", "asked", "rows"),
    [
        pytest.param(FIRST, THEN, ASKED, arriving(), id="every row is kept"),
        pytest.param(
            NUMBERS_FIRST, NUMBERS_THEN, NUMBERS_ASKED, with_gaps(arriving()), id="rows with numbers are kept"
        ),
    ],
)
def test_a_window_and_aggregates_added_at_another_parallelism_know_the_rows_kept_before(
    make_job: Callable[[], RollingJob], first: Call, then: Call, asked: list[tuple[str, int]], rows: list[Row]
) -> None:
    job = make_job()
    job.start(first, parallelism=1)
    job.answer("first.csv", rows[:BEFORE], BEFORE)
    job.start(then, parallelism=2, savepoint=job.stop())
    job.answer("second.csv", rows[BEFORE:], ROWS)
    job.stop()
    found, wanted = job.answers(), expected(rows, asked)
    assert {row: found[row] for row in range(BEFORE)} == {
        row: wanted[row][: len(first[1])] for row in range(BEFORE)
    }
    assert {row: found[row] for row in range(BEFORE, ROWS)} == {
        row: wanted[row] for row in range(BEFORE, ROWS)
    }
