"""Validates every SQL file of a suite against every environment, without running a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.runtime.job import job_names, load_job
from headrace.runtime.run import Run, explain, make_importable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.runtime.suite import Suite


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes:
        subject: what was checked: a job in an environment.
        error: what is wrong with it, with file and line; empty when nothing is.
    """

    subject: str
    error: str = ""


def check(suite: Suite, data: Path) -> Iterator[Verdict]:
    """Plan every job in every environment, then look for SQL files that no job needs.

    Args:
        suite: what to check.
        data: stands for ``${HEADRACE_DATA}``; nothing is read or written there.
    """
    make_importable(suite.root)
    for environment in suite.environments:
        for name in job_names(suite.root):
            yield _planned(Run(suite.root, load_job(suite.root, name), data, environment), name)


def _planned(run: Run, name: str) -> Verdict:
    subject = f"{name} in {run.environment}"
    try:
        explain(run)
    except HeadraceError as error:
        return Verdict(subject, str(error))
    return Verdict(subject)
