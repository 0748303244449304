"""What the argument in docs/deployments.md takes for granted is what stands elsewhere."""

from __future__ import annotations

import re

import pytest

from headrace.deployments.timing import TIMING
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

AHEAD = re.compile(r"arrived_at \+ INTERVAL '(\d+)' SECOND")


@pytest.mark.parametrize("use_case", Suite(ROOT).use_cases)
def test_ingest_refuses_events_that_are_dated_further_ahead_than_the_tolerance(use_case: str) -> None:
    contracts = Suite(ROOT).use_case(use_case).contracts
    bounds = {name: AHEAD.findall(each.text) for name, each in contracts.items()}
    raw = {name: {int(seconds) * 1000 for seconds in found} for name, found in bounds.items() if found}
    assert raw
    assert all(found == {TIMING.tolerance} for found in raw.values())


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "deployments.md").read_text(encoding="utf-8")
    names = ("lead", "poll", "tolerance", "skew", "stale", "horizon")
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) s \|", page, re.MULTILINE))
    assert rows == {name: str(getattr(TIMING, name) // 1000) for name in names}


def test_a_record_missed_by_a_reading_governs_nothing_that_may_be_scored_by_it() -> None:
    assert TIMING.lead >= TIMING.stale + TIMING.tolerance + TIMING.skew
    assert TIMING.lead >= TIMING.horizon + TIMING.skew
