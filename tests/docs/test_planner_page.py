"""docs/planner.md says what `headrace plan` does: its commands are understood, its figures are those of the code."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from typer.main import get_command

from headrace.cli.app import app
from headrace.planning import choice, machine, verify
from headrace.planning import plan as planning
from headrace.planning.inference import SIZES
from tests.artifact import make_artifact
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace
from tests.unit.planning.costs import MODEL, calibration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.unit.cli.conftest import Said

__all__ = ["headrace"]

PAGE = (ROOT / "docs" / "planner.md").read_text(encoding="utf-8")
[COMMAND] = re.findall(r"```sh\n(headrace plan .+)\n```", PAGE)
[TRANSCRIPT] = re.findall(r"```\n(scoring with .+?)```", PAGE, re.DOTALL)


def labels(said: str) -> list[str]:
    """The first cell of each row of a table, and the headings of the others, without figures."""
    rows = [[cell.strip() for cell in re.split("[┃│]", line)[1:-1]] for line in said.splitlines()]
    named = [row[0] or " ".join(row[1:]) for row in rows if row]
    return [re.sub(r"[\d,.]+", "#", name) for name in named]


def test_the_command_is_understood() -> None:
    name, *arguments = shlex.split(COMMAND)[1:]
    get_command(app).commands[name].make_context(name, arguments)  # type: ignore[attr-defined]  # a group


def test_the_transcript_has_the_rows_that_the_command_prints(
    headrace: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_artifact(tmp_path / "models" / "fraud-964ab34176f6", "fraud-964ab34176f6")
    monkeypatch.setattr(planning, "measure_inference", lambda _: MODEL)
    monkeypatch.setattr(planning, "calibrate", lambda _, profile, *rest: calibration(profile.name))  # noqa: ARG005 -- as the real one
    arguments = [each for each in shlex.split(COMMAND)[1:] if each != "--verify"]
    said = headrace(*arguments, "--data", tmp_path)
    assert said.code == 0
    known = {*labels(TRANSCRIPT)}
    assert [label for label in labels(said.out) if label not in known] == []


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    for said in (
        f"| {sum(machine.WARM_UP):,} events as they go, then {machine.WARM_RATE:.0f} a second for",
        f" for {machine.WARM_SECONDS} s |",
        f"| {machine.QUIET_RATE:.0f} events/s for {machine.QUIET_SECONDS} s |",
        f"| {machine.BURST:,} events at once |",
        f"| {machine.WARM_RATE:.0f} events/s for {machine.SETTLED_SECONDS} s |",
        f"| an eighth and a quarter of the burst's rate, {machine.LOADED_SECONDS} s each |",
        f"10 to {max(SIZES):,}",
        f"at most {choice.BUSIEST * 100:.0f} % busy",
        f"more than a factor of {('two' if verify.FACTOR == 2 else '?')} away",
    ):
        assert said in PAGE
    assert machine.SHARES == (0.125, 0.25)
