"""What a job is: a pipeline of a use case, and which views stand in for which contracts."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module, invalidate_caches
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MODEL = "headrace.model"
"""The job parameter that names the artifact which scores."""
DEPLOYMENTS = "headrace.deployments"
"""The job parameter that names the log which says what scores, instead."""
DEPLOYMENTS_HEAD = "headrace.deployments-head"
"""The job parameter that says how far the log was seen when the job was submitted."""


@dataclass(frozen=True)
class Job:
    """A job that can be run, explained and submitted.

    Attributes:
        use_case: a folder under sql/.
        pipeline: a file under sql/<use case>/pipelines/; also the job's name in the web UI.
        views: contract name → the view read in its place, so that two stages join without a hop between them.
        needs_model: whether the pipeline scores, and therefore wants ``--model``.
        replaces: pipelines whose output is outdated when this one starts anew.
    """

    use_case: str
    pipeline: str
    views: Mapping[str, str] = field(default_factory=dict)
    needs_model: bool = False
    replaces: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The job's name in the web UI: ``fraud-realtime``."""
        return f"{self.use_case}-{self.pipeline}"


def job_names(root: Path) -> list[str]:
    """Names of the modules in jobs/, sorted."""
    return sorted(path.stem for path in (root / "jobs").glob("*.py") if not path.stem.startswith("_"))


def load_job(root: Path, name: str) -> Job:
    """The ``JOB`` of ``jobs.<name>``.

    Raises:
        HeadraceError: when there is no such module, or it declares no ``JOB``.
    """
    if name not in job_names(root):
        raise HeadraceError(f"there is no job {name!r}; there are: {', '.join(job_names(root))}")
    invalidate_caches()
    job = getattr(import_module(f"jobs.{name}"), "JOB", None)
    if not isinstance(job, Job):
        raise HeadraceError(f"{root / 'jobs' / name}.py declares no JOB = Job(…)")
    return job
