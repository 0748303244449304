"""Validates a suite without running a job: its files by rules, everything it holds by a plan in every environment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Callable

from headrace.checks.plans import plans
from headrace.checks.rules import broken_rules, misbound, read_files
from headrace.checks.verdict import Verdict, all_of, tried
from headrace.errors import HeadraceError
from headrace.runtime.configuration import profile_names, read_profile
from headrace.runtime.job import Job, job_names, load_job
from headrace.runtime.run import make_importable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from headrace.checks.rules import SqlFile
    from headrace.runtime.suite import Suite

Progress = Callable[[str, int, int], None]
"""Told a step, how much of it is done, and of how much."""


def check(suite: Suite, data: Path, progress: Progress = lambda *_: None) -> list[Verdict]:
    """Check files, profiles and jobs; then plan every job in every environment, and what no job reaches.

    Nothing is planned while a file can not be read.

    Args:
        suite: what to check.
        data: stands for ``${HEADRACE_DATA}``; nothing is read or written there.
        progress: told how many plans are made.
    """
    make_importable(suite.root)
    files = read_files(suite)
    jobs, not_loaded = _load_jobs(suite.root)
    found = [*_of_files(suite, files), *_of_profiles(suite.root), *not_loaded]
    if any(file.statement is None for file in files):
        return found
    found += all_of("pipelines", _unused(suite, files, jobs))
    planned = [plan for name in suite.environments for plan in plans(suite, name, data, jobs)]
    for done, plan in enumerate(planned):
        progress("plans", done, len(planned))
        found.append(plan())
    return found


def _of_files(suite: Suite, files: list[SqlFile]) -> list[Verdict]:
    broken = (said for file in files for said in broken_rules(file))
    return [*all_of(f"{len(files)} SQL files", broken), *all_of("bindings", misbound(suite, files))]


def _of_profiles(root: Path) -> list[Verdict]:
    return [tried(f"profile {name}", partial(read_profile, root, name)) for name in profile_names(root)]


def _load_jobs(root: Path) -> tuple[dict[str, Job], list[Verdict]]:
    loaded = {name: _loaded(root, name) for name in job_names(root)}
    jobs = {name: each for name, each in loaded.items() if isinstance(each, Job)}
    return jobs, [each for each in loaded.values() if isinstance(each, Verdict)]


def _loaded(root: Path, name: str) -> Job | Verdict:
    try:
        return load_job(root, name)
    except HeadraceError as error:
        return Verdict(f"job {name}", str(error))


def _unused(suite: Suite, files: list[SqlFile], jobs: Mapping[str, Job]) -> Iterator[str]:
    """Pipelines that no job runs."""
    run = {suite.root / "sql" / job.use_case / "pipelines" / f"{job.pipeline}.sql" for job in jobs.values()}
    for file in files:
        if file.kind == "pipelines" and file.path not in run:
            yield f"{file.path}:1: no job runs it: expected a module in jobs/ with Job(…, {file.path.stem!r})"
