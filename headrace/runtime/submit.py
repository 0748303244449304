"""Submits a job to the cluster that ``flink run -pym jobs.<name>`` talks to.

Options come from three places, and the first that has one wins: ``flink run`` itself (``-D``, ``-p``, ``-s``), the
client's ``config.yaml``, the profile. The profile says nothing about how a cluster is built or how wide a job runs.
What stands for ``${NAME}`` in connectors/ comes from ``--set``, the environment, the profile, in this order.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.runtime.configuration import (
    JOB_PARAMETERS,
    add_jar,
    as_option,
    operator_jars,
    read_parameters,
    read_profile,
)
from headrace.runtime.execution import EXECUTION_MODE, PROCESS, execution
from headrace.runtime.folders import create_folders
from headrace.runtime.job import DEPLOYMENTS, DEPLOYMENTS_HEAD, MODEL
from headrace.runtime.resolve import Step
from headrace.runtime.run import Run, prepare
from headrace.runtime.session import Session
from headrace.runtime.statement import Statement
from headrace.runtime.suite import find_root
from headrace.runtime.worker_pool import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.runtime.job import Job

CLUSTER_OPTIONS = ("jobmanager.", "taskmanager.", "metrics.", "parallelism.")
"""Beginnings of options that the cluster or ``-p`` decides, never the profile."""

STATE_NAMES = {"table.exec.uid.generation": "ALWAYS"}
"""Names state after its operator's place in the plan. Flink's own default also looks at what is chained to what, which
changes with the parallelism where a sink ends in one subtask (files do): then no state can be found again. The names
count from the first plan of a JVM, so they hold for ``flink run``, which has a JVM for each job."""


def main(job: Job, arguments: Sequence[str] | None = None) -> None:
    """Submit a job, print its id, do not wait for it.

    Args:
        job: what to submit.
        arguments: those after Flink's own on the command line; those of this process when None.

    Raises:
        SystemExit: with code 1 and a sentence on stderr for whatever a user can act on; with code 2 for arguments
            that are none.
    """
    try:
        job_id = submit(job, parse(job, arguments))
    except HeadraceError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(error.exit_code) from error
    sys.stdout.write(f"{job.name} submitted as {job_id}\n")


def parse(job: Job, arguments: Sequence[str] | None) -> Run:
    """The run that the user's arguments ask for.

    Raises:
        HeadraceError: when the job scores and it was not said by what, or ``--set`` is no NAME=VALUE.
    """
    asked = _parser(job).parse_args(arguments)
    if job.needs_model and bool(asked.model) == bool(asked.deployments):
        raise HeadraceError(
            f"{job.name} scores and wants a model, or a deployment log that names models: one of them",
            "Pass --model or --deployments with a folder that every worker sees.",
        )
    return Run(
        root=_suite(),
        job=job,
        data=asked.data,
        environment=asked.environment,
        profile=asked.profile,
        parameters=_scored_by(asked) if job.needs_model else {},
        values=dict(map(pair, asked.set)),
    )


def submit(job: Job, run: Run) -> str:
    """Submit a run to the cluster of ``flink run``; returns the job's id.

    Raises:
        HeadraceError: outside of ``flink run``, and for what is wrong in the suite's SQL, the folders or the cluster.
    """
    if GATEWAY not in os.environ:
        raise HeadraceError(
            f"{job.name} was started without flink run",
            f"Submit it with flink run -pym jobs.{job.pipeline}, or run it here with headrace run {job.pipeline}.",
        )
    in_workers = replace(run, options={**run.options, EXECUTION_MODE: PROCESS})
    pipeline, steps = prepare(in_workers)
    create_folders(steps)
    session = Session({})
    config = session.environment.get_config()
    _run_in_workers(config, run)
    configure(config, in_workers)
    session.create([*map(added, operator_jars(run.root)), *steps])
    return str(session.submit(pipeline, steps).get_job_client().get_job_id())


def added(jar: Path) -> Step:
    """The step that takes a jar to the cluster, beside those that ``flink run`` itself takes there."""
    return Step(Statement(jar.stem, jar, add_jar(jar)))


def configure(config: Any, run: Run) -> None:
    """Set what a job needs and ``flink run`` has not set; job parameters given with ``-D`` stay beside the job's own.

    Args:
        config: PyFlink's TableConfig, in which the options of ``flink run`` can be read.
        run: the job, its parameters and its profile.
    """
    options = {"pipeline.name": run.job.name, **STATE_NAMES, **read_profile(run.root, run.profile)}
    for key, value in options.items():
        if not key.startswith(CLUSTER_OPTIONS) and not config.get(key, ""):
            config.set(key, value)
    if run.parameters:
        given = config.get(JOB_PARAMETERS, "")
        others = read_parameters(given) if given else {}
        config.set(JOB_PARAMETERS, as_option({**others, **run.parameters}))


def _run_in_workers(config: Any, run: Run) -> None:
    """On a cluster Python functions run in workers, and it is said when somebody asked for the JVM."""
    asked = config.get(EXECUTION_MODE, "") or read_profile(run.root, run.profile).get(EXECUTION_MODE, "")
    reason = execution(asked, (), shared=True).reason
    if reason:
        sys.stderr.write(f"Python functions run in workers, not in the JVM as was asked for: {reason}\n")
    config.set(EXECUTION_MODE, PROCESS)


def _parser(job: Job) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"flink run … -pym jobs.{job.pipeline}",
        description=f"Submit {job.name} to a Flink cluster. Flink's own options go before these.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--environment", default="local", help="where the tables are: a folder under connectors/"
    )
    parser.add_argument(
        "--profile", default="throughput", help="fills in what the cluster's configuration and -D lack"
    )
    parser.add_argument(
        "--model", default="", help="folder of the artifact that scores, as the workers see it"
    )
    parser.add_argument(
        "--deployments", default="", help="instead: folder of the log that says which version scores"
    )
    parser.add_argument(
        "--deployments-head",
        default="",
        help="how far that log was seen: workers refuse one that went back",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("HEADRACE_DATA", "work/data")),
        help="folder of the local tables, as the workers see it; HEADRACE_DATA if not given",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of a ${NAME} of the connectors",
    )
    return parser


def _suite() -> Path:
    """The suite that this job is part of, which need not be the one that this library came with."""
    jobs = import_module("jobs").__file__ or ""
    return find_root(os.environ.get("HEADRACE_ROOT") or str(Path(jobs).parent.parent))


def _scored_by(asked: argparse.Namespace) -> dict[str, str]:
    """What the scoring function reads: the model, or the log that says which model."""
    if asked.deployments:
        head = {DEPLOYMENTS_HEAD: asked.deployments_head} if asked.deployments_head else {}
        return {DEPLOYMENTS: _location(asked.deployments), **head}
    return {MODEL: _location(asked.model)}


def _location(model: str) -> str:
    return model if ":/" in model else str(Path(model).absolute())


def pair(value: str, wanted: str = "--set wants NAME=VALUE") -> tuple[str, str]:
    """Name and content of what ``--set``, or another option that takes both, was given.

    Raises:
        HeadraceError: when there is no name, or no equals sign after it.
    """
    name, equals, content = value.partition("=")
    if not equals or not name:
        raise HeadraceError(f"{wanted}, got {value!r}")
    return name, content
