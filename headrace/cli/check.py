"""``headrace check``: every file by rules, every job and table by a plan."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from headrace.checks.check import check as verdicts
from headrace.cli import console, options
from headrace.cli.progress import Bars
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from headrace.checks.verdict import Verdict


def check(root: options.Root = None, json: options.Json = False) -> None:
    """Check the suite's files, and plan every job in every environment without running any; exit code 1 on errors.

    Example: headrace check --json
    """
    bars = Bars()
    with TemporaryDirectory() as nowhere:
        try:
            found = verdicts(Suite(find_root(root)), Path(nowhere), bars)
        finally:
            bars.close()
    if json:
        console.print_json(
            [{"subject": each.subject, "error": each.error, "note": each.note} for each in found]
        )
    else:
        print_verdicts(found)
    if any(each.error for each in found):
        raise typer.Exit(1)


def print_verdicts(found: list[Verdict]) -> None:
    """Print a table of what was checked, and below it each error, on a line of its own that an editor can follow."""
    rows = [(each.subject, "wrong" if each.error else "ok", each.note) for each in found]
    console.print_table("", ["what", "verdict", "note"], rows)
    for each in found:
        if each.error:
            console.out.print(each.error, markup=False, soft_wrap=True)
