"""Where the command line prints: tables for people on stdout, JSON for scripts, errors on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from headrace.tables.values import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.errors import HeadraceError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout, keys in the order given, dates as ISO-8601."""
    sys.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers to the right, everything else to the left.

    Args:
        title: stands above; may be empty.
        columns: headings.
        rows: cells as they are; None is shown as a dash.
    """
    table = Table(title=title or None, title_justify="left", title_style="bold")
    cells = [list(row) for row in rows]
    for number, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[number], (int, float)) for row in cells)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(_cell(value) for value in row))
    out.print(table)


def print_error(error: HeadraceError) -> None:
    """Print an error and its hint on stderr."""
    err.print(f"[bold red]error:[/] {_escaped(str(error.args[0]))}")
    if error.hint:
        err.print(f"[cyan]hint:[/] {_escaped(error.hint)}")


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else _escaped(str(value))


def harmless(text: str) -> str:
    """The text with what a terminal would act on escaped, lines as they are."""
    return "\n".join(map(printable, text.split("\n")))


def _escaped(text: str) -> str:
    return harmless(text).replace("[", "\\[")
