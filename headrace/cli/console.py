"""Where the command line prints: tables for people on stdout, JSON for scripts, errors on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from headrace.tables.values import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.errors import HeadraceError

out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)
_FEW_COLUMNS = 3
_ANY_WIDTH = 10_000
_NAME = 40
"""Characters of the longest name that is kept on one line."""


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout, keys in the order given, dates as ISO-8601."""
    sys.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers to the right, everything else to the left, names and ids on one line.

    Where the screen is too narrow for that, rows stand one below the other.

    Args:
        title: stands above; may be empty.
        columns: headings.
        rows: cells as they are; None is shown as a dash.
    """
    values = [list(row) for row in rows]
    shown = [[_cell(value) for value in row] for row in values]
    table = Table(title=Text(harmless(title)) if title else None, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        numeric = bool(values) and all(isinstance(row[number], (int, float)) for row in values)
        table.add_column(
            Text(harmless(column)),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=all(_is_name(row[number]) for row in shown),
        )
    for row in shown:
        table.add_row(*map(Text, row))
    if len(columns) > _FEW_COLUMNS and _least_width(table) > out.width:
        _print_records(title, columns, shown)
    else:
        out.print(table)


def print_error(error: HeadraceError) -> None:
    """Print an error and its hint on stderr."""
    err.print(Text.assemble(("error:", "bold red"), f" {harmless(str(error.args[0]))}"), soft_wrap=True)
    if error.hint:
        err.print(Text.assemble(("hint:", "cyan"), f" {harmless(error.hint)}"), soft_wrap=True)


def _least_width(table: Table) -> int:
    return Measurement.get(out, out.options.update(width=_ANY_WIDTH), table).minimum


def _print_records(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    width = max(map(len, columns))
    for number, row in enumerate(rows, start=1):
        out.print(Text(harmless(f"{title} {number}".strip()), style="bold"))
        for column, cell in zip(columns, row):
            out.print(Text(f"  {column.ljust(width)}  {cell}"), soft_wrap=True)


def _is_name(cell: str) -> bool:
    return len(cell) <= _NAME and not any(map(str.isspace, cell))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else harmless(str(value))


def harmless(text: str) -> str:
    """The text with what a terminal would act on escaped, lines as they are."""
    return "\n".join(map(printable, text.split("\n")))
