"""``headrace check``: every SQL file against every environment."""

from __future__ import annotations

from pathlib import Path

import typer

from headrace.cli import console, options
from headrace.runtime.check import check as verdicts
from headrace.runtime.suite import Suite, find_root


def check(root: options.Root = None, json: options.Json = False) -> None:
    """Plan every job in every environment without running any; exit code 1 when something is wrong.

    Example: headrace check --json
    """
    found = list(verdicts(Suite(find_root(root)), Path("checked")))
    if json:
        console.print_json([{"subject": each.subject, "error": each.error} for each in found])
    else:
        rows = [(each.subject, "ok" if not each.error else each.error) for each in found]
        console.print_table("headrace check", ["job", "verdict"], rows)
    if any(each.error for each in found):
        raise typer.Exit(1)
