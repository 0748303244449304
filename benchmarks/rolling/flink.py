"""``python -m benchmarks.rolling.flink <how>``: one measured job in a process and a mini-cluster of its own.

``bounded`` reads a topic to its end and prints what that took; ``kept`` does the same and keeps the rows; ``live`` goes
on until it is ended; ``state`` prints how large the state is once all of a topic is in it. What is printed is one line
of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.place import ROOT
from benchmarks.rolling.forms import FORMS, job
from benchmarks.rolling.jars import jars
from benchmarks.rolling.sizes import steady_size
from headrace.runtime.configuration import embedded, operator_jars, read_profile
from headrace.runtime.folders import create_folders
from headrace.runtime.java import set_up_jvm, use_java
from headrace.runtime.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAP = "-Xmx4g"
"""Of the JVM: the state of six chained windows on heap must fit."""
CHECKPOINTS = {
    "execution.checkpointing.interval": "2 s",
    "execution.checkpointing.min-pause": "0 ms",
    "execution.checkpointing.num-retained": "1",
}
"""More often than the profiles ask for: so a run of a few seconds pays for one, too."""
BACKENDS: dict[str, dict[str, str]] = {
    "hashmap": {"state.backend.type": "hashmap"},
    "rocksdb": {"state.backend.type": "rocksdb", "execution.checkpointing.incremental": "true"},
}
ENVIRONMENTS = {"bounded": "bounded", "kept": "kept", "live": "live", "state": "unbounded"}
PROFILES = {"live": "low-latency"}


@dataclass(frozen=True)
class Measured:
    """A job to measure.

    Args:
        how: a key of ``ENVIRONMENTS``.
        form: a key of ``FORMS``.
        pipeline: a file in sql/fraud/pipelines/ of this folder.
        backend: a key of ``BACKENDS``.
        broker: its address.
        folder: for the log, checkpoints and kept rows.
    """

    how: str
    form: str
    pipeline: str
    backend: str
    broker: str
    folder: Path

    def submit(self, prefix: str) -> Any:
        """Submit the job on the topics that begin with a prefix; returns PyFlink's TableResult.

        Raises:
            HeadraceError: what Flink says about the SQL.
        """
        values = {
            "HEADRACE_DATA": str(self.folder),
            "KAFKA_TOPIC_PREFIX": prefix,
            "KAFKA_BOOTSTRAP_SERVERS": self.broker,
        }
        statements, steps = job(self.form, self.pipeline, ENVIRONMENTS[self.how], values)
        create_folders(steps)
        session = Session(self._configuration())
        session.create(steps)
        return session.submit(statements)

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints of the job are."""
        return self.folder / "checkpoints"

    def _configuration(self) -> Mapping[str, str]:
        profile = read_profile(ROOT, PROFILES.get(self.how, "throughput"))
        if self.how != "live":
            profile.update(CHECKPOINTS)
        profile.update(BACKENDS[self.backend])
        profile["execution.checkpointing.dir"] = self.checkpoints.as_uri()
        return embedded(profile, self.form, {}, [*operator_jars(ROOT), *jars("kafka")])


def to_the_end(measured: Measured, prefix: str) -> dict[str, float]:
    """Read topics to their end; returns the job's own seconds, and the CPU seconds of its JVM."""
    client = measured.submit(prefix).get_job_client()
    before = cpu_seconds()  # planning is over
    finished = client.get_job_execution_result().result()
    return {"seconds": finished.get_net_runtime() / 1000, "cpu_seconds": cpu_seconds() - before}


def cpu_seconds() -> float:
    """CPU seconds of the processes that this one started, the JVM that is, so far."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(time.user + time.system for time in times)


def measure_state(measured: Measured, prefix: str) -> dict[str, float]:
    """The size of the state when all of a topic is in it."""
    client = measured.submit(prefix).get_job_client()
    size = steady_size(measured.checkpoints)
    client.cancel().result()
    return {"bytes": size}


def main() -> None:
    """Measure what the command line asks for."""
    asked = _parser().parse_args()
    os.environ.setdefault("JVM_ARGS", HEAP)
    use_java()
    set_up_jvm(asked.folder / "logs")
    measured = Measured(asked.how, asked.form, asked.pipeline, asked.backend, asked.broker, asked.folder)
    if asked.warm_up:
        to_the_end(measured, asked.warm_up)
    if asked.how == "live":
        measured.submit(asked.prefix).wait()
        return
    answer = (measure_state if asked.how == "state" else to_the_end)(measured, asked.prefix)
    sys.stdout.write(json.dumps(answer) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rolling.flink")
    parser.add_argument("how", choices=ENVIRONMENTS)
    parser.add_argument("--form", choices=FORMS, required=True)
    parser.add_argument("--pipeline", default="customer")
    parser.add_argument("--backend", choices=BACKENDS, default="hashmap")
    parser.add_argument("--broker", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="must be there")
    parser.add_argument("--prefix", required=True, help="what the topics' names begin with")
    parser.add_argument("--warm-up", default="", help="topics that are read before, untimed")
    return parser


if __name__ == "__main__":
    main()
