"""What is checked and in what order; the plans themselves are pretended here and made in tests/flink."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from headrace.checks import check as checking
from headrace.checks import plans as planning
from headrace.checks.check import check
from headrace.errors import HeadraceError
from headrace.runtime.job import Job
from headrace.runtime.suite import Suite
from tests.unit.runtime.conftest import FILES, lay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headrace.checks.verdict import Verdict
    from headrace.runtime.run import Run

WATERMARKED = (
    "-- One row is one visit.\nCREATE TABLE contracts.visits (\n  id BIGINT COMMENT 'it',\n"
    "  at TIMESTAMP_LTZ(3) COMMENT 'when',\n  WATERMARK FOR at AS at\n);\n"
)


class PretendedPlanner:
    """Notes what it was asked to plan, and with which values; finds wrong what it was told to."""

    def __init__(self) -> None:
        self.planned: list[str] = []
        self.values: list[Mapping[str, str]] = []
        self.wrong: dict[str, str] = {}

    def plan_job(self, run: Run) -> None:
        self.planning(run.job.name, run)

    def explain_alone(self, run: Run, name: str) -> None:
        self.planning(name, run)

    def planning(self, name: str, run: Run) -> None:
        self.planned.append(name)
        self.values.append(run.values)
        if name in self.wrong:
            raise HeadraceError(self.wrong[name])


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> PretendedPlanner:
    made = PretendedPlanner()
    monkeypatch.setattr(planning, "_plan_job", made.plan_job)
    monkeypatch.setattr(planning, "_explain_alone", made.explain_alone)
    monkeypatch.setattr(checking, "load_job", lambda _root, name: Job("shop", name))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.delenv("FOLDER", raising=False)
    return made


@pytest.fixture
def shop(tmp_path: Path) -> Suite:
    profile = {"flink-conf/throughput/config.yaml": "parallelism:\n  default: 1\n"}
    files = {**FILES, **profile, "sql/shop/contracts/visits.sql": WATERMARKED, "jobs/guess_sales.py": ""}
    return Suite(lay(tmp_path, files))


def errors(found: list[Verdict]) -> list[str]:
    return [verdict.error for verdict in found if verdict.error]


def test_a_good_suite_has_no_errors(shop: Suite, planner: PretendedPlanner, tmp_path: Path) -> None:
    found = check(shop, tmp_path / "checked")
    assert [verdict.subject for verdict in found] == [
        "8 SQL files",
        "bindings",
        "profile slow",
        "profile throughput",
        "pipelines",
        "guess_sales in disk",
    ]
    assert errors(found) == []
    assert planner.planned == ["shop-guess_sales"]
    assert not (tmp_path / "checked").exists()


def test_a_broken_rule_is_an_error_and_plans_are_made_all_the_same(
    shop: Suite, planner: PretendedPlanner
) -> None:
    lay(
        shop.root,
        {"sql/shop/views/long_visits.sql": "CREATE TEMPORARY VIEW long_visits AS SELECT * FROM visits"},
    )
    found = errors(check(shop, shop.root))
    assert [said.rsplit("/", 1)[1].split(": ")[0] for said in found] == ["long_visits.sql:1"] * 2
    assert planner.planned


def test_nothing_is_planned_while_a_file_can_not_be_read(shop: Suite, planner: PretendedPlanner) -> None:
    lay(shop.root, {"sql/shop/views/long_visits.sql": "-- nothing\n"})
    (said,) = errors(check(shop, shop.root))
    assert said.endswith("long_visits.sql:1: the file holds no statement")
    assert planner.planned == []


def test_a_broken_profile_is_an_error(shop: Suite, planner: PretendedPlanner) -> None:
    lay(shop.root, {"flink-conf/odd/config.yaml": "a: [1\n"})
    (said,) = errors(check(shop, shop.root))
    assert "odd/config.yaml:2: not YAML" in said
    assert planner.planned


def test_a_module_without_job_is_an_error(
    shop: Suite, planner: PretendedPlanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_root: Path, name: str) -> Job:
        raise HeadraceError(f"jobs/{name}.py declares no JOB")

    monkeypatch.setattr(checking, "load_job", refuse)
    found = errors(check(shop, shop.root))
    assert found[0] == "jobs/guess_sales.py declares no JOB"
    assert "guess_sales.sql:1: no job runs it" in found[1]
    assert "shop-guess_sales" not in planner.planned


def test_a_job_that_flink_refuses_is_an_error_in_its_environment(
    shop: Suite, planner: PretendedPlanner
) -> None:
    planner.wrong = {"shop-guess_sales": "guesses.sql:3: no such column"}
    (verdict,) = [verdict for verdict in check(shop, shop.root) if verdict.error]
    assert (verdict.subject, verdict.error) == ("guess_sales in disk", "guesses.sql:3: no such column")


def test_what_no_job_reaches_is_planned_by_itself_and_said_so(shop: Suite, planner: PretendedPlanner) -> None:
    view = "-- One row.\nCREATE TEMPORARY VIEW rare_visits AS\nSELECT id FROM visits;\n"
    contract = "-- One row.\nCREATE TABLE contracts.stays LIKE contracts.visits;\n"
    lay(shop.root, {"sql/shop/views/rare_visits.sql": view, "sql/shop/contracts/stays.sql": contract})
    planner.wrong = {"stays": "contract stays is not bound in environment disk"}
    found = {verdict.subject: verdict for verdict in check(shop, shop.root)}
    assert planner.planned == ["shop-guess_sales", "rare_visits", "stays"]
    assert found["rare_visits in disk"].note.startswith("no job reaches it")
    assert found["stays in disk"].error == "contract stays is not bound in environment disk"


def test_everything_is_planned_in_every_environment(shop: Suite, planner: PretendedPlanner) -> None:
    lay(shop.root, {"connectors/watched/EXTENDS": "disk\n"})
    subjects = [verdict.subject for verdict in check(shop, shop.root)]
    assert subjects[-2:] == ["guess_sales in disk", "guess_sales in watched"]
    assert planner.planned == ["shop-guess_sales"] * 2


def test_a_name_without_value_is_planned_with_a_placeholder_and_said_so(
    shop: Suite, planner: PretendedPlanner
) -> None:
    (verdict,) = [verdict for verdict in check(shop, shop.root) if verdict.note]
    assert verdict.note == "planned with '1' for ${FOLDER}, which has no value here"
    assert planner.values == [{"FOLDER": "1"}]


def test_a_name_with_a_value_is_planned_with_it(
    shop: Suite, planner: PretendedPlanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDER", "/there")
    assert not [verdict for verdict in check(shop, shop.root) if verdict.note]
    assert planner.values == [{}]


def test_progress_is_told_of_each_plan(shop: Suite, planner: PretendedPlanner) -> None:
    told: list[tuple[str, int, int]] = []
    check(shop, shop.root, lambda *step: told.append(step))
    assert told == [("plans", 0, 1)]
    assert len(planner.planned) == 1
