"""A shipped job on its Kafka tables in a process of its own, until it is ended; or on files, to their end.

It is ``headrace run`` with options of Flink's own behind the profile, and with workers as on a cluster: in processes of
their own. It is started by the path of its folder, so that the library it runs is the one on ``PYTHONPATH``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import psutil

from headrace.connectors.environment import environment_jars
from headrace.runtime.configuration import read_profile
from headrace.runtime.java import TASK_MANAGER_OPTIONS
from headrace.runtime.job import MODEL, load_job
from headrace.runtime.run import Run, make_importable, start
from headrace.runtime.suite import Suite

HEAP = "-Xmx2g"
ENVIRONMENT = "kafka"
CHECKPOINTS = {
    "execution.checkpointing.interval": "5 s",
    "execution.checkpointing.min-pause": "0 ms",
    "execution.checkpointing.num-retained": "1",
}
"""As often as Quix Streams commits by default."""
BACKENDS = {
    "hashmap": {"state.backend.type": "hashmap"},
    "rocksdb": {"state.backend.type": "rocksdb", "execution.checkpointing.incremental": "true"},
}


def main() -> None:
    """Run the job that the command line asks for."""
    asked = _parser().parse_args()
    options = read_profile(asked.root, asked.profile).get(TASK_MANAGER_OPTIONS, "")
    os.environ.setdefault("JVM_ARGS", f"{HEAP} {options}".strip())
    os.environ["_python_worker_execution_mode"] = "process"  # noqa: SIM112 -- PyFlink's own name
    make_importable(asked.root)
    running = start(run_of(asked))
    before = cpu_seconds()  # planning is over
    running.wait(every=0.05 if asked.bounded else 60.0)
    ended = running.result.get_job_client().get_job_execution_result().result()
    said = {"seconds": ended.get_net_runtime() / 1000, "cpu_seconds": cpu_seconds() - before}
    sys.stdout.write(json.dumps(said) + "\n")


def cpu_seconds() -> float:
    """CPU seconds of the processes that this one started, so far."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(time.user + time.system for time in times)


def run_of(asked: argparse.Namespace) -> Run:
    """The run, as ``headrace run`` would make it."""
    environment = "local" if asked.bounded else ENVIRONMENT
    values = {
        "KAFKA_BOOTSTRAP_SERVERS": asked.broker,
        "KAFKA_TOPIC_PREFIX": asked.prefix,
        "KAFKA_DELIVERY": "at-least-once",
    }
    options = {**CHECKPOINTS, **BACKENDS[asked.backend], "parallelism.default": str(asked.slots)}
    return Run(
        root=asked.root,
        job=load_job(asked.root, asked.job),
        data=asked.folder / "tables",
        environment=environment,
        profile=asked.profile,
        parameters={MODEL: str(asked.model)} if asked.model else {},
        values=values,
        ui_port=asked.port,
        options=options,
        jars=environment_jars(Suite(asked.root), environment),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/pipeline/measured")
    parser.add_argument("job", help="a module in jobs/")
    parser.add_argument("--root", type=Path, required=True, help="the suite")
    parser.add_argument("--profile", required=True)
    parser.add_argument("--backend", choices=BACKENDS, default="hashmap")
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--model", type=Path, help="folder of the artifact, for a job that scores")
    parser.add_argument("--bounded", action="store_true", help="on local files, to their end")
    parser.add_argument("--broker", default="")
    parser.add_argument("--prefix", default="", help="what the topics' names begin with")
    parser.add_argument("--port", type=int, help="of the REST interface")
    parser.add_argument("--folder", type=Path, required=True, help="must be there")
    return parser


if __name__ == "__main__":
    main()
