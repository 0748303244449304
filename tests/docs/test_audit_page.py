"""The commands of docs/audit.md run as they stand there, and what it shows is what is said."""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.local_tables import ROOT, read_lines
from tests.unit.audit.conftest import ALERT, alone, data, versions
from tests.unit.cli.conftest import headrace
from tests.unit.dead_letters.conftest import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

__all__ = ["alone", "data", "headrace", "versions"]

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
[COMMANDS] = re.findall(r"```sh\n(.+?)```", PAGE, re.DOTALL)
[REPORT] = re.findall(r"```\n(transaction_id .+?)```", PAGE, re.DOTALL)
EVENT = 244187


@pytest.fixture
def here(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with the tables that the page's commands read."""
    shutil.move(data, tmp_path / "work" / "data")
    moved = tmp_path / "work" / "data"
    for table in ("predictions", "transaction_features", "labels"):
        [row] = [each for each in read_lines(moved / table) if each["transaction_id"] == ALERT]
        put(moved, table, [{**row, "transaction_id": EVENT}])
    monkeypatch.chdir(tmp_path)
    return moved


@pytest.mark.usefixtures("here")
def test_the_commands_run_as_they_stand_there(headrace: Callable[..., Said]) -> None:
    commands = [shlex.split(line) for line in COMMANDS.splitlines()]
    assert [command[:3] for command in commands] == [["headrace", "audit", str(EVENT)]] * 2
    for _, *arguments in commands:
        said = headrace(*arguments)
        assert (said.code, said.err) == (0, "")


@pytest.mark.usefixtures("here")
def test_every_heading_of_the_report_on_the_page_is_one_of_a_report(headrace: Callable[..., Said]) -> None:
    said = headrace("audit", EVENT).out
    titles = re.findall(r"^(\w[^:\n]+)$", REPORT, re.MULTILINE)
    headings = re.findall(r"^  (\w.+?)  ", REPORT, re.MULTILINE)
    assert len(titles) == 5
    assert len(headings) > 20
    assert [title for title in titles if f"\n{title}" not in said] == []
    assert [heading for heading in headings if f"│ {heading} " not in said] == []


@pytest.mark.parametrize("task", ["register", "deploy", "canary", "rollback"])
def test_there_is_a_page_for_each_task_around_it(task: str) -> None:
    [page] = re.findall(rf"`headrace (?:models )?{task}`, \[\w+\]\((\w+\.md)", PAGE)
    assert re.search(rf"`?headrace (?:models )?{task} ", (ROOT / "docs" / page).read_text(encoding="utf-8"))
