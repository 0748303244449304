from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.runtime import execution as module
from headrace.runtime.execution import PYTHON_PATH, SHARED, Execution, execution
from headrace.runtime.job import Job
from headrace.runtime.run import Run, execution_of, resolver_of
from headrace.runtime.statement import Statement
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.runtime.suite import Suite


def bound(path: Path, connector: str) -> Statement:
    return Statement("visits", path, f"CREATE TABLE visits WITH ('connector' = '{connector}')")


@pytest.mark.parametrize("asked", ["", "process"])
def test_workers_run_functions_when_nobody_asks_for_more(asked: str) -> None:
    assert execution(asked, []) == Execution("process")


def test_the_jvm_runs_them_row_by_row_where_that_is_safe(tmp_path: Path) -> None:
    found = execution("thread", [bound(tmp_path, "kafka")])
    assert (found.by_row, found.reason) == (True, "")
    assert {*found.flink_options} == {"python.execution-mode", PYTHON_PATH}


def test_a_cluster_falls_back_to_workers_and_says_why() -> None:
    assert execution("thread", [], shared=True) == Execution("process", SHARED)


def test_a_source_of_the_old_kind_falls_back_to_workers_and_is_named(tmp_path: Path) -> None:
    found = execution("thread", [bound(tmp_path, "datagen")])
    assert found.mode == "process"
    assert found.reason.startswith("visits comes from a source of the old kind")


def test_a_python_without_the_package_falls_back_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert "no package pemja" in execution("thread", []).reason


@pytest.fixture
def fast(shop: Suite, tmp_path: Path) -> Run:
    """A run whose profile asks for the JVM, in a suite whose function has a form for single rows."""
    lay(
        shop.root,
        {
            "flink-conf/fast/config.yaml": "python:\n  execution-mode: thread\n",
            "sql/shop/functions/by_row/guess.sql": (
                "-- A guess.\nCREATE TEMPORARY SYSTEM FUNCTION guess AS 'udfs.guess_row' LANGUAGE PYTHON;\n"
            ),
        },
    )
    return Run(shop.root, Job("shop", "guess_sales"), tmp_path, "disk", "fast", values={"FOLDER": "/f"})


def registered(run: Run) -> str:
    steps = resolver_of(run).require("guess")
    return next(step.statement.text for step in steps if step.statement.name == "guess")


def test_a_function_is_registered_in_the_form_that_fits(fast: Run) -> None:
    assert "udfs.guess_row" in registered(fast)
    assert "udfs.guess'" in registered(Run(**{**vars(fast), "profile": "slow"}))


def test_what_is_given_for_the_run_wins(fast: Run) -> None:
    given = Run(**{**vars(fast), "options": {"python.execution-mode": "process"}})
    assert not execution_of(given).by_row
    assert "udfs.guess'" in registered(given)
