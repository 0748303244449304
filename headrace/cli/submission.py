"""What ``submit``, ``upgrade`` and ``resume`` share: a request becomes what is submitted, and is looked at before."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.cli import console, options
from headrace.cli.topics import creation
from headrace.cluster.archive import pack_suite
from headrace.cluster.local import LocalCluster
from headrace.cluster.places import places_of, variables_of
from headrace.cluster.request import DEPLOYMENTS, HEAD, MODEL, Request
from headrace.cluster.submission import Submission
from headrace.cluster.submitter import Submitter
from headrace.connectors.environment import jars_beside
from headrace.connectors.services import require_services_of
from headrace.runtime import job as parameters
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, make_importable, prepare, resolver_of
from headrace.runtime.secrecy import is_secret
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headrace.runtime.job import Job

OF_A_RUN = frozenset({"HEADRACE_DATA", "HEADRACE_JOB"})
"""Names in ``${…}`` that each run fills in by itself."""
PARAMETERS = {
    MODEL: parameters.MODEL,
    DEPLOYMENTS: parameters.DEPLOYMENTS,
    HEAD: parameters.DEPLOYMENTS_HEAD,
}


def open_submitter(cluster: Path, root: str | None) -> Submitter:
    """Submits to the cluster in a folder, which must be up."""
    found = LocalCluster(cluster, find_root(root))
    found.require_up()
    options.use_broker_of(cluster)
    return Submitter(found)


def job_of(submitter: Submitter, name: str) -> Job:
    """The job of a module in jobs/."""
    make_importable(submitter.cluster.root)
    return load_job(submitter.cluster.root, name)


def run_of(submitter: Submitter, job: Job, request: Request) -> Run:
    """The run that a request asks for."""
    return Run(
        root=submitter.cluster.root,
        job=job,
        data=Path(request.data),
        environment=request.environment,
        profile=request.profile,
        parameters={PARAMETERS[name]: place for name, place in request.scored_by.items()},
        values=request.values,
    )


def submission_of(submitter: Submitter, job: Job, request: Request) -> Submission:
    """What ``flink run`` is told, with a value for each name that the environment of this process has one for."""
    asked = run_of(submitter, job, request)
    resolver = resolver_of(asked)
    steps = resolver.need(resolver.use_case.pipeline(job.pipeline))
    names = [name for name in variables_of(steps, resolver.bindings) if name not in OF_A_RUN]
    here = {name: os.environ[name] for name in names if name in os.environ}
    complete = replace(request, values={**here, **request.values})
    return Submission(
        job=job.pipeline,
        name=request.flink.get("pipeline.name", job.name),
        archive=str(pack_suite(asked.root, submitter.cluster.home.folder / "suites")),
        options=complete.options,
        arguments=complete.arguments,
        jars=_jars_beside(submitter.cluster, asked),
        variables=tuple(name for name in names if name in here or not is_secret(name)),
        places=places_of(steps),
    )


def require_services(asked: Run) -> None:
    """What is wrong with SQL, topics, broker or a registry is said before anything is started or stopped."""
    topics = creation(asked.job.use_case, asked.environment, asked.values)
    require_services_of(prepare(asked)[1], topics)


def given_values(values: list[str] | None) -> dict[str, str]:
    """Those of ``--set``; a secret goes into the environment of this process and so of ``flink``, and nowhere else."""
    given = options.pairs(values)
    os.environ.update({name: value for name, value in given.items() if is_secret(name)})
    return {name: value for name, value in given.items() if not is_secret(name)}


def keep_shell_out(known: Submission, values: Mapping[str, str]) -> None:
    """A job that was submitted keeps the values it had, whatever variables this shell has; that is said."""
    for name in filter(lambda name: not is_secret(name), known.variables):
        here = os.environ.pop(name, None)
        if here not in {None, values.get(name)} and name != options.BROKER:
            console.err.print(
                f"{name} of this shell is left out: {known.name} keeps what it was submitted with; --set changes it",
                markup=False,
                soft_wrap=True,
            )


def print_changes(changes: Iterable[object]) -> None:
    """A line a change."""
    for change in changes:
        console.out.print(str(change), markup=False, soft_wrap=True)


def _jars_beside(cluster: LocalCluster, asked: Run) -> tuple[str, ...]:
    """What the environment's tables need beside what is in the cluster's lib."""
    jars = jars_beside(Suite(asked.root), asked.environment, cluster.home.part("lib"))
    return tuple(jar.as_uri() for jar in jars)
