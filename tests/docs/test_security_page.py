"""What the page says is tried is a test that is there."""

from __future__ import annotations

import re

import pytest

from tests.local_tables import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = re.findall(r"\| `((?:tests/\S+/)?test_\w+\.py)(?:::(test_\w+))?` \|$", PAGE, re.MULTILINE)
ROWS = re.findall(r"^\| .*`[^`]*test_\w+\.py[^`]*` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("module", "function"), TESTS, ids=":".join)
def test_a_row_leads_to_its_test(module: str, function: str) -> None:
    path = ROOT / (module if module.startswith("tests/") else f"tests/hostile/{module}")
    assert f"def {function}" in path.read_text(encoding="utf-8")


def test_every_row_names_one_test() -> None:
    assert len(TESTS) == len(ROWS) > 0


def test_every_module_of_hostile_tests_has_a_row() -> None:
    modules = {path.name for path in (ROOT / "tests" / "hostile").glob("test_*.py")}
    assert modules <= {module for module, _ in TESTS}
