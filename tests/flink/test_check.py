from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from headrace.checks.check import check
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from pathlib import Path

VIEW = """-- One row is one payment.
CREATE TEMPORARY VIEW large_transactions AS
SELECT
  transaction_id,
  amount
FROM transactions
WHERE amount > 1000;
"""


@pytest.fixture
def suite(root: Path, tmp_path: Path) -> Suite:
    """The suite with one job in one environment."""
    for folder in ("sql", "connectors", "flink-conf", "operators"):
        shutil.copytree(root / folder, tmp_path / folder)
    (tmp_path / "jobs").mkdir()
    shutil.copy(root / "jobs" / "ingest.py", tmp_path / "jobs")
    shutil.rmtree(tmp_path / "connectors" / "live")
    return Suite(tmp_path)


@pytest.mark.flink
def test_a_view_that_no_job_reaches_is_planned_too(suite: Suite) -> None:
    views = suite.root / "sql" / "fraud" / "views"
    (views / "large_transactions.sql").write_text(VIEW)
    (views / "dear_transactions.sql").write_text(VIEW.replace("large", "dear").replace("amount >", "amont >"))
    found = {each.subject: each for each in check(suite, suite.root)}
    assert found["ingest in local"].error == ""
    assert found["large_transactions in local"].error == ""
    assert found["large_transactions in local"].note == "no job reaches it"
    assert found["dear_transactions in local"].error.startswith(
        f"{views}/dear_transactions.sql:7: Column 'amont' not found"
    )
