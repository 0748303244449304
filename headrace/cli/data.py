"""``headrace data``: the data set of a use case, made from its specification."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from headrace.cli import console, options
from headrace.cli.progress import Bars
from headrace.errors import HeadraceError
from headrace.runtime.folders import create_folder
from headrace.runtime.lock import EVERYTHING, claim
from headrace.runtime.run import make_importable
from headrace.runtime.suite import find_root


def data(
    use_case: Annotated[str, typer.Argument(help="A folder in datasets/.")] = "fraud",
    first_day: Annotated[int, typer.Option(help="First day of the data set, from 0.")] = 0,
    last_day: Annotated[int, typer.Option(help="Last day of the data set.")] = 59,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only check it against its published checksums.")
    ] = False,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Make the history and the labels of a use case, or check its data set against published checksums.

    Examples: headrace data fraud --last-day 29 · headrace data fraud --verify
    """
    suite = find_root(root)
    make_importable(suite)
    dataset = load_dataset(suite, use_case)
    bars = Bars()
    try:
        if verify:
            _print_verdicts(dataset.verify(bars), json)
        else:
            create_folder(data)
            with claim(data, f"headrace data {use_case}", [EVERYTHING]):
                built = dataset.build(data, first_day, last_day, bars)
            console.print_json({"folder": str(built)}) if json else console.out.print(
                f"built {built}", markup=False
            )
    finally:
        bars.close()


def load_dataset(suite: Path, use_case: str) -> Any:
    """The module that makes the data set of a use case.

    Raises:
        HeadraceError: when there is none; names those that there are.
    """
    known = sorted(path.parent.name for path in (suite / "datasets").glob("*/__init__.py"))
    if use_case not in known:
        raise HeadraceError(f"there is no data set {use_case!r}; there are: {', '.join(known)}")
    return import_module(f"datasets.{use_case}")


def _print_verdicts(verdicts: list[Any], as_json: bool) -> None:
    rows = [
        (
            f"{each.first_day}–{each.last_day}",
            each.published.rows,
            each.found.rows,
            each.found.sha256[:12],
            each.holds,
        )
        for each in verdicts
    ]
    columns = ["days", "published rows", "rows here", "sha256 here", "as published"]
    if as_json:
        console.print_json([dict(zip(columns, row)) for row in rows])
    else:
        console.print_table("checksums", columns, rows)
    if not all(each.holds for each in verdicts):
        raise typer.Exit(1)
