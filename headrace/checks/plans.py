"""Plans of everything a suite holds, in one environment: its jobs, and the tables that no job reaches."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Callable

from headrace.checks.verdict import Verdict, tried
from headrace.connectors.environment import environment_jars
from headrace.errors import HeadraceError
from headrace.runtime.job import Job
from headrace.runtime.run import Run, open_session, prepare, resolver_of
from headrace.runtime.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from headrace.runtime.suite import Suite, UseCase

Plan = Callable[[], Verdict]

PLACEHOLDER = "1"
"""Stands for a ``${NAME}`` without value: it is a number, a duration, a host, a topic and a path alike."""


def plans(suite: Suite, environment: str, data: Path, jobs: Mapping[str, Job]) -> Iterator[Plan]:
    """The plans to be made in an environment, each made when it is called.

    A ``${NAME}`` that has no value here is planned with a placeholder, and the verdict says so.

    Args:
        suite: what to plan.
        environment: a folder under connectors/.
        data: stands for ``${HEADRACE_DATA}``.
        jobs: by name.
    """
    for use_case in map(suite.use_case, suite.use_cases):
        jars = environment_jars(suite, environment)
        run = Run(suite.root, Job(use_case.name, "check"), data, environment, jars=jars)
        run = replace(run, values=_placeholders(suite, run))
        runs = {name: replace(run, job=job) for name, job in jobs.items() if job.use_case == use_case.name}
        for name, each in runs.items():
            yield partial(tried, f"{name} in {environment}", partial(_plan_job, each), _note(run))
        for name in _unreached(use_case, runs.values()):
            note = "; ".join(filter(None, ["no job reaches it", _note(run)]))
            yield partial(tried, f"{name} in {environment}", partial(_explain_alone, run, name), note)


def _plan_job(run: Run) -> None:
    """Plan a job as it would run, and refuse operators without a short name."""
    pipeline, steps = prepare(run)
    session = open_session(run, {})
    session.create(steps)
    session.naming(pipeline, steps).require_short(pipeline.path)


def _placeholders(suite: Suite, run: Run) -> dict[str, str]:
    given = {*os.environ, "HEADRACE_DATA", "HEADRACE_JOB"}
    bindings = suite.bindings(run.environment, run.job.use_case).values()
    return {name: PLACEHOLDER for each in bindings for name in each.placeholders if name not in given}


def _note(run: Run) -> str:
    names = ", ".join(f"${{{name}}}" for name in sorted(run.values))
    return f"planned with {PLACEHOLDER!r} for {names}, which has no value here" if names else ""


def _unreached(use_case: UseCase, runs: Iterable[Run]) -> list[str]:
    """Contracts, views and functions that no job needs; a job that can not be prepared reaches nothing."""
    reached = set()
    for run in runs:
        with suppress(HeadraceError):
            reached |= {step.statement.name for step in prepare(run)[1]}
    return sorted({*use_case.contracts, *use_case.views, *use_case.functions} - reached)


def _explain_alone(run: Run, name: str) -> None:
    resolver = resolver_of(run)
    steps = resolver.require(name)
    session = open_session(run, {})
    session.create(steps)
    if name not in resolver.use_case.functions:
        session.explain(Statement(name, steps[-1].statement.path, f"SELECT * FROM {name}"))  # noqa: S608 -- a file's name
