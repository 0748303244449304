from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.job import Job, job_names, load_job
from headrace.runtime.run import make_importable
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.runtime.suite import Suite

JOB = 'from headrace.runtime.job import Job\nJOB = Job("shop", "guess_sales", needs_model=True)\n'


@pytest.fixture
def jobs(shop: Suite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shop's root, its jobs importable and forgotten afterwards."""
    lay(shop.root, {"jobs/guess.py": JOB, "jobs/_shared.py": "", "jobs/empty.py": "JOB = 'guess'\n"})
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PYTHONPATH", "")
    kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "jobs"}
    for name in kept:
        del sys.modules[name]
    make_importable(shop.root)
    yield shop.root
    for name in [name for name in sys.modules if name.split(".")[0] == "jobs"]:
        del sys.modules[name]
    sys.modules.update(kept)


def test_jobs_are_modules_without_underscore(jobs: Path) -> None:
    assert job_names(jobs) == ["empty", "guess"]


def test_a_job_is_what_its_module_declares(jobs: Path) -> None:
    job = load_job(jobs, "guess")
    assert job == Job("shop", "guess_sales", needs_model=True)
    assert job.name == "shop-guess_sales"


def test_an_unknown_job_is_refused_with_those_there_are(jobs: Path) -> None:
    with pytest.raises(HeadraceError, match=r"there is no job 'guesss'; there are: empty, guess"):
        load_job(jobs, "guesss")


def test_a_module_without_job_is_refused_by_its_path(jobs: Path) -> None:
    with pytest.raises(HeadraceError, match=rf"{jobs}/jobs/empty\.py declares no JOB"):
        load_job(jobs, "empty")
