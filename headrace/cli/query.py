"""``headrace query``: SQL over the tables of a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from rich.measure import Measurement
from rich.table import Table as Grid
from rich.text import Text

from headrace.cli import console, options
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from headrace.tables.query import Answer

UseCase = Annotated[
    Optional[str],
    typer.Option(help="A folder under sql/; the one with tables in the data folder if not given."),
]
ROWS = 20
TIMEOUT_SECONDS = 60.0
_FEW_COLUMNS = 3
_ANY_WIDTH = 10_000


def query(
    sql: Annotated[
        Optional[str], typer.Argument(help="A SELECT in DuckDB's SQL; without it, the tables are listed.")
    ] = None,
    data: options.Data = options.DEFAULT_DATA,
    limit: Annotated[
        Optional[int], typer.Option(min=0, help=f"Rows to show; {ROWS} for people, all with --json.")
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.1, help="Seconds that the answer may take; one call of a function is not cut off."
        ),
    ] = TIMEOUT_SECONDS,
    json: options.Json = False,
    use_case: UseCase = None,
    root: options.Root = None,
) -> None:
    """Ask the tables of a data folder in SQL, read-only. BYTES columns have a readable neighbour, payload_text.

    Example: headrace query "SELECT decision, count(*) FROM predictions GROUP BY ALL"
    """
    from headrace.dead_letters.replayed import REPLAYED
    from headrace.tables.contract import read_tables
    from headrace.tables.database import open_tables
    from headrace.tables.query import Answer, ask, confine, overview
    from headrace.tables.use_case import use_case_of

    tables = [*read_tables(use_case_of(Suite(find_root(root)), data, use_case)).values(), REPLAYED]
    connection = open_tables(tables, data)
    confine(connection, tables, data)
    if sql is None:
        answer = Answer(["table", "rows", "columns"], list(overview(connection, tables)), 0)
    else:
        answer = ask(connection, sql, limit if limit is not None or json else ROWS, timeout)
    (print_json if json else print_answer)(answer)


def print_json(answer: Answer) -> None:
    """Print the rows as an array of objects."""
    from headrace.tables.values import as_json

    console.print_json([dict(zip(answer.columns, as_json(row))) for row in answer.rows])


def print_answer(answer: Answer) -> None:
    """Print the rows as a table, or one below the other when they are too wide for the terminal."""
    grid = _grid(answer)
    wanted = Measurement.get(console.out, console.out.options.update(width=_ANY_WIDTH), grid).maximum
    if wanted <= console.out.width or len(answer.columns) <= _FEW_COLUMNS:
        console.out.print(grid)
    else:
        _print_records(answer)
    if answer.more:
        console.out.print(f"… {answer.more:,} more rows; --limit shows more")


def _grid(answer: Answer) -> Grid:
    from headrace.tables.values import as_text, printable

    grid = Grid()
    for position, column in enumerate(answer.columns):
        numeric = all(_is_number(row[position]) for row in answer.rows)
        grid.add_column(Text(printable(column)), justify="right" if numeric else "left", overflow="fold")
    for row in answer.rows:
        grid.add_row(*(Text(as_text(value)) for value in row))
    return grid


def _print_records(answer: Answer) -> None:
    from headrace.tables.values import as_text

    width = max(map(len, answer.columns))
    for number, row in enumerate(answer.rows, start=1):
        console.out.print(f"row {number}", style="bold")
        for column, value in zip(answer.columns, row):
            console.out.print(Text(f"  {column.ljust(width)}  {as_text(value)}"), soft_wrap=True)


def _is_number(value: Any) -> bool:
    return value is None or (hasattr(value, "__float__") and not isinstance(value, bool))
