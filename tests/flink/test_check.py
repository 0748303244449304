"""``headrace check`` with Flink behind it, on a suite of a few small files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from headrace.checks import check as checking
from headrace.checks.check import check
from headrace.runtime.job import Job
from headrace.runtime.suite import Suite
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.checks.verdict import Verdict

FILES = {
    "sql/shop/contracts/visits.sql": """-- One row is one visit.
CREATE TABLE contracts.visits (
  id BIGINT COMMENT 'the visit',
  seen_at TIMESTAMP_LTZ(3) COMMENT 'when, UTC',
  WATERMARK FOR seen_at AS seen_at
);
""",
    "sql/shop/contracts/stays.sql": "-- One row is one stay.\nCREATE TABLE contracts.stays LIKE contracts.visits;\n",
    "sql/shop/views/first_visits.sql": """-- One row is one first visit.
CREATE TEMPORARY VIEW first_visits AS
SELECT
  id,
  seen_at
FROM visits
WHERE id = 1;
""",
    "sql/shop/pipelines/stay.sql": (
        "-- First visits are stays.\nEXECUTE STATEMENT SET\nBEGIN\n"
        "  INSERT INTO sinks.stays SELECT id, seen_at FROM first_visits;\nEND;\n"
    ),
    "flink-conf/throughput/config.yaml": "parallelism:\n  default: 1\n",
    "jobs/stay.py": "",
    **{
        f"connectors/disk/shop/{name}.sql": (
            f"-- Lines.\nCREATE TABLE {name} WITH (\n  'connector' = 'filesystem',\n  'path' = '${{FOLDER}}/{name}',\n"
            f"  'format' = 'json'\n) LIKE contracts.{name};\n"
        )
        for name in ("visits", "stays")
    },
}
LATE_VISITS = FILES["sql/shop/views/first_visits.sql"].replace("first_visits", "late_visits")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.setattr(checking, "load_job", lambda *_: Job("shop", "stay"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.delenv("FOLDER", raising=False)
    return Suite(lay(tmp_path, FILES))


def checked(suite: Suite) -> dict[str, Verdict]:
    return {verdict.subject: verdict for verdict in check(suite, suite.root / "nowhere")}


@pytest.mark.flink
def test_a_job_is_planned_also_where_a_value_is_missing(shop: Suite) -> None:
    found = checked(shop)
    assert [verdict.error for verdict in found.values() if verdict.error] == []
    assert found["stay in disk"].note == "planned with '1' for ${FOLDER}, which has no value here"


@pytest.mark.flink
def test_a_view_that_no_job_reaches_is_planned_too(shop: Suite) -> None:
    wrong = LATE_VISITS.replace("late_visits", "rare_visits").replace("WHERE id", "WHERE idd")
    lay(shop.root, {"sql/shop/views/late_visits.sql": LATE_VISITS, "sql/shop/views/rare_visits.sql": wrong})
    found = checked(shop)
    assert found["late_visits in disk"].error == ""
    assert found["late_visits in disk"].note.startswith("no job reaches it")
    assert found["rare_visits in disk"].error.startswith(
        f"{shop.root}/sql/shop/views/rare_visits.sql:7: Column 'idd' not found"
    )


@pytest.mark.flink
def test_a_stand_in_without_the_columns_of_its_contract_is_refused(
    shop: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "load_job", lambda *_: Job("shop", "stay", {"visits": "ids"}))
    view = "-- One row is one visit.\nCREATE TEMPORARY VIEW ids AS\nSELECT id\nFROM stays;\n"
    lay(shop.root, {"sql/shop/views/ids.sql": view})
    assert checked(shop)["stay in disk"].error == (
        f"{shop.root}/sql/shop/views/ids.sql: does not carry what contract visits promises: "
        "seen_at TIMESTAMP_LTZ(3) (has none)"
    )
