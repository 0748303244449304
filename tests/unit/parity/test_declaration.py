"""What stands in ``parity.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.parity.declaration import milliseconds, read_declaration
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, text: str) -> Path:
    (root / "sql" / "case").mkdir(parents=True)
    (root / "sql" / "case" / "parity.yaml").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("text", "length"), [("250ms", 250), ("5s", 5_000), ("10min", 600_000), ("7d", 604_800_000)]
)
def test_lengths_have_a_unit(text: str, length: int) -> None:
    assert milliseconds(text) == length


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contract: [", "not YAML"),
        ("contract: x", "rows: Field required"),
        ("contract: x\nhidden: 1", "hidden: Extra inputs are not permitted"),
        (
            "windows: [{name: a, by: b, aggregate: count, windows: [7 weeks]}]",
            "expected a length of time like 30d",
        ),
        (
            "windows: [{name: a, by: b, aggregate: median, windows: [7d]}]",
            "aggregate: Input should be 'count'",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(HeadraceError) as error:
        read_declaration(write(tmp_path, text), "case")
    assert said in str(error.value)
    assert "parity.yaml" in str(error.value)


def test_a_use_case_without_declaration_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"there is no .*parity\.yaml"):
        read_declaration(tmp_path, "case")


@pytest.mark.parametrize("use_case", Suite(ROOT).use_cases)
def test_a_declaration_names_pipelines_tables_views_and_columns_that_are_there(use_case: str) -> None:
    sql = Suite(ROOT).use_case(use_case)
    declaration, tables = read_declaration(ROOT, use_case), read_tables(sql)
    for way in (declaration.history, declaration.raw):
        assert way.pipeline in sql.pipelines
        assert {way.writes, *way.reads, *way.views} <= {*tables}
        assert {*way.views.values()} <= {*sql.views}
        assert tables[way.writes].column_names == tables[declaration.contract].column_names
    features = {feature for window in declaration.windows for feature in window.features()}
    assert features <= {*tables[declaration.contract].column_names}
