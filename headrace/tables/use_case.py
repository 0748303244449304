"""Which use case a data folder belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.runtime.suite import Suite, UseCase


def use_case_of(suite: Suite, data: Path, chosen: str | None = None) -> UseCase:
    """The chosen use case, else the only one with a table in the data folder, else the only one of the suite.

    Raises:
        HeadraceError: when that does not say which, or there is none of that name.
    """
    if chosen:
        return suite.use_case(chosen)
    all_of_them = [suite.use_case(name) for name in suite.use_cases]
    present = [each for each in all_of_them if any((data / name).is_dir() for name in each.contracts)]
    candidates = present or all_of_them
    if len(candidates) != 1:
        names = ", ".join(each.name for each in candidates) or "none"
        raise HeadraceError(f"expected one use case with tables in {data}, found {names}", "Pass --use-case.")
    return candidates[0]
