"""``headrace connectors``: the jars that are not in the PyFlink wheel."""

from __future__ import annotations

from typing import Annotated, Optional

import typer
from rich.progress import Progress

from headrace.cli import console, options
from headrace.connectors.manifest import JarGroup, chosen, read_manifest
from headrace.connectors.store import JarStore
from headrace.runtime.suite import find_root

connectors = typer.Typer(
    name="connectors", help="The jars that are not in the PyFlink wheel.", no_args_is_help=True
)

Names = Annotated[
    Optional[list[str]], typer.Argument(help="Groups of connectors/jars.yaml; all of them if none is named.")
]


@connectors.command(name="list")
def list_groups(root: options.Root = None, json: options.Json = False) -> None:
    """List what can be fetched, what it is for, and whether it is here.

    Example: headrace connectors list
    """
    store = JarStore()
    found = [_row(group, store) for group in read_manifest(find_root(root)).values()]
    if json:
        console.print_json(found)
        return
    columns = ["name", "for", "Flink", "jars", "here"]
    console.print_table("", columns, [[row[column] for column in columns] for row in found])
    console.out.print(f"in {store.folder}", markup=False, soft_wrap=True)


@connectors.command()
def fetch(names: Names = None, root: options.Root = None, json: options.Json = False) -> None:
    """Fetch jars from Maven Central, or its mirror in your Maven settings, and verify each.

    Examples: headrace connectors fetch kafka broker · headrace connectors fetch
    """
    store = JarStore()
    groups = chosen(read_manifest(find_root(root)), names or [])
    jars = [jar for group in groups for jar in group.jars]
    with Progress(console=console.err, transient=True) as progress:
        task = progress.add_task("fetching", total=len(jars))
        paths = store.fetch_all(jars, lambda _: progress.advance(task))
    if json:
        console.print_json([str(path) for path in paths])
    else:
        said = (
            f"{len(paths)} jars of {', '.join(group.name for group in groups)}, verified, in {store.folder}"
        )
        console.out.print(said, markup=False, soft_wrap=True)


def _row(group: JarGroup, store: JarStore) -> dict[str, object]:
    here = sum(store.has(jar) for jar in group.jars)
    return {
        "name": group.name,
        "for": group.purpose,
        "Flink": ", ".join(dict.fromkeys(jar.flink for jar in group.jars if jar.flink)) or None,
        "jars": len(group.jars),
        "here": here,
        "place": group.place,
        "coordinates": [jar.coordinate for jar in group.jars],
    }
