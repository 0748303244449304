"""The rules of ``headrace check`` over our own files, and what only our own suite promises."""

from __future__ import annotations

import pytest

from headrace.checks.rules import broken_rules, misbound, read_files
from headrace.runtime.job import job_names, load_job
from headrace.runtime.resolve import Resolver
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT

SUITE = Suite(ROOT)
WITHOUT_KEY = {
    "fraud": {
        "transactions_raw": "a message may come twice",
        "dead_letters": "a message that comes twice is refused twice",
    }
}
"""Contracts without a primary key, and why."""


@pytest.fixture(params=SUITE.use_cases)
def use_case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_our_files_keep_the_rules() -> None:
    files = read_files(SUITE)
    assert len(files) > 40
    assert [said for file in files for said in broken_rules(file)] == []
    assert list(misbound(SUITE, files)) == []


def test_every_contract_has_a_key_or_a_reason_to_have_none(use_case: str) -> None:
    tables = read_tables(SUITE.use_case(use_case))
    assert {name for name, table in tables.items() if not table.key} == {*WITHOUT_KEY[use_case]}


def test_every_contract_has_a_column_that_carries_its_watermark(use_case: str) -> None:
    tables = read_tables(SUITE.use_case(use_case))
    assert {name for name, table in tables.items() if not table.time} == set()


@pytest.mark.parametrize("environment", SUITE.environments)
def test_every_contract_is_bound_in_every_environment(use_case: str, environment: str) -> None:
    sql = SUITE.use_case(use_case)
    bound = {*SUITE.bindings(environment, use_case)}
    assert {*sql.contracts} <= bound <= {*sql.contracts, *sql.views}


def test_every_pipeline_is_run_by_one_job_and_every_job_runs_one(use_case: str, root: object) -> None:
    assert root == ROOT
    jobs = [load_job(ROOT, name) for name in job_names(ROOT)]
    assert sorted(job.pipeline for job in jobs if job.use_case == use_case) == sorted(
        SUITE.use_case(use_case).pipelines
    )


def test_every_view_has_a_golden_case_or_is_read_by_one_that_has(use_case: str) -> None:
    sql = SUITE.use_case(use_case)
    proven = {path.parent.parent.name for path in (ROOT / "tests" / "golden").glob("*/*/expected.jsonl")}
    resolver = Resolver(
        sql, SUITE.bindings("local", use_case), "local", {"HEADRACE_DATA": "data", "HEADRACE_JOB": "job"}
    )
    for view in sorted(proven & {*sql.views}):
        resolver.require(view)
    reached = {step.statement.name for step in resolver.steps}
    assert {*sql.views} - reached == set()
