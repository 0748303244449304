from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite
from headrace.tables.use_case import use_case_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    for case, table in (("shop", "payments"), ("shelf", "ratings")):
        folder = tmp_path / "suite" / "sql" / case / "contracts"
        folder.mkdir(parents=True)
        (folder / f"{table}.sql").write_text(f"CREATE TABLE contracts.{table} (id BIGINT);")
    return Suite(tmp_path / "suite")


def test_the_use_case_with_a_table_in_the_folder_is_taken(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "ratings").mkdir()
    assert use_case_of(suite, tmp_path).name == "shelf"


def test_the_chosen_use_case_wins(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "ratings").mkdir()
    assert use_case_of(suite, tmp_path, "shop").name == "shop"


def test_a_folder_that_does_not_say_is_an_error(suite: Suite, tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"(?s)found shelf, shop.*Pass --use-case"):
        use_case_of(suite, tmp_path)
