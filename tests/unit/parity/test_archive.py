"""The archive that goes to the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

from headrace.parity.archive import MODULE, pack
from headrace.runtime.job import Job
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_it_holds_the_suite_the_library_and_a_job_that_joins_stages(tmp_path: Path) -> None:
    job = Job("fraud", "features", {"transactions": "transactions_clean"})
    with ZipFile(pack(ROOT, job, tmp_path)) as archive:
        names = {*archive.namelist()}
        module = archive.read(f"jobs/{MODULE}.py").decode()
    assert {"sql/fraud/pipelines/features.sql", "headrace/runtime/submit.py", "jobs/__init__.py"} <= names
    assert any(name.startswith("operators/") and name.endswith(".jar") for name in names)
    assert f"main({job!r})" in module
