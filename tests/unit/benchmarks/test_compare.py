"""Two checkouts beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.compare import bench_of, ours, ratios
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path


def test_medians_are_compared_and_what_only_one_has_is_not() -> None:
    runs: dict[tuple[str, int], list[dict[str, float]]] = {
        ("a case", 0): [{"seconds": 2.0, "start_seconds": 1.0}, {"seconds": 4.0}, {"seconds": 3.0}],
        ("a case", 1): [{"seconds": 6.0}],
    }
    assert ratios(runs).splitlines()[2:] == ["| a case: seconds | **2.00** | 3.000 (2.000–4.000) | 6.000 |"]


def test_only_jobs_of_ours_are_compared() -> None:
    assert {case.contender for case in ours()} == {"realtime"}


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    programs: Any = None
    with pytest.raises(HeadraceError, match="is no checkout of headrace"):
        bench_of(tmp_path, programs, tmp_path / "suite")
