"""What the pages say is what is there: commands, jobs, tables, views, functions, links."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from headrace.cli.app import app
from headrace.runtime.job import job_names
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OBJECTS = ROOT / "docs" / "sql-objects.md"
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a group
EXAMPLES = [line for line in re.findall(r"`(headrace [^`]+)`", README) if "<" not in line and "…" not in line]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`headrace {command}\b", README)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_command_line_of_the_readme_is_understood(example: str) -> None:
    name, *arguments = shlex.split(example)
    group = get_command(app)
    while arguments and hasattr(group, "commands"):
        group = group.commands[arguments.pop(0)]
    group.make_context(name, arguments)


@pytest.mark.parametrize("job", job_names(ROOT))
def test_every_job_is_in_the_architecture(job: str) -> None:
    assert f"| `{job}` |" in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_every_sql_object_is_on_its_page() -> None:
    page = "\n".join(_page())
    if os.environ.get("UPDATE_SNAPSHOTS"):
        OBJECTS.write_text(page, encoding="utf-8")
    assert OBJECTS.read_text(encoding="utf-8") == page, "UPDATE_SNAPSHOTS=1 pytest tests/docs writes it anew"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def _page() -> list[str]:
    suite = Suite(ROOT)
    lines = [
        "# SQL objects",
        "",
        "Made from the first line of each file in `sql/`; a test holds it in step.",
        "",
    ]
    for case in map(suite.use_case, suite.use_cases):
        for kind in ("contracts", "functions", "views", "pipelines"):
            lines += [f"## {case.name}: {kind}", ""]
            statements = getattr(case, kind).values()
            lines += [f"* `{each.name}` {each.text.splitlines()[0].lstrip('- ')}" for each in statements]
            lines += [""]
    return lines
