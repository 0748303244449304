"""``headrace savepoints``: the savepoints of a cluster of this machine, and the removal of those that nothing needs."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli import console, options
from headrace.cli.submission import open_submitter
from headrace.cluster.local import LocalCluster
from headrace.cluster.savepoints import removable, remove, size_of, unused_suites
from headrace.cluster.savepoints import savepoints as read_savepoints
from headrace.cluster.submitter import Submitter
from headrace.errors import HeadraceError
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.cluster.savepoints import Savepoint

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_AGE = re.compile(r"(\d+)([smhd])")

savepoints = typer.Typer(
    name="savepoints",
    help="Savepoints of a cluster of this machine: what they are of, and what needs them.",
    no_args_is_help=True,
)


@savepoints.command("list")
def list_(
    cluster: options.Cluster = options.DEFAULT_CLUSTER, root: options.Root = None, json: options.Json = False
) -> None:
    """Show savepoints, the newest first: job, when, size, what needs them (while the cluster is down, of stopped jobs).

    Example: headrace savepoints list
    """
    local = LocalCluster(cluster, find_root(root))
    found = read_savepoints(local, Submitter(local).submissions.all())
    if json:
        console.print_json([_document(savepoint) for savepoint in found])
        return
    columns = ["savepoint", "job", "taken (UTC)", "MB", "needed by"]
    console.print_table("", columns, [_row(savepoint) for savepoint in found])
    console.out.print(f"{_megabytes(sum(each.size for each in found))} in {len(found)} savepoints")


@savepoints.command()
def prune(
    keep: Annotated[int, typer.Option(min=0, help="Of each job, the newest ones that stay.")] = 1,
    older_than: Annotated[
        str, typer.Option(metavar="AGE", help="Only those older than this: 30m, 12h, 7d.")
    ] = "0s",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    root: options.Root = None,
    json: options.Json = False,
) -> None:
    """Remove savepoints that nothing needs, but for the newest of each job, and packed suites of no submission.

    Example: headrace savepoints prune --keep 2 --older-than 7d
    """
    submitter = open_submitter(cluster, root)
    known = submitter.submissions.all()
    found = removable(read_savepoints(submitter.cluster, known), keep, _seconds(older_than))
    suites = unused_suites(submitter.cluster, known)
    paths = [*(savepoint.path for savepoint in found), *suites]
    if not yes and paths:
        _ask(found, suites)
    freed = remove(paths)
    if json:
        console.print_json({"removed": [str(path) for path in paths], "freed_bytes": freed})
    else:
        said = f"removed {len(found)} savepoints and {len(suites)} packed suites: {_megabytes(freed)} are free again"
        console.out.print(said if paths else "there is nothing to remove")


def _ask(found: Sequence[Savepoint], suites: Sequence[Path]) -> None:
    for savepoint in found:
        row = _document(savepoint)
        console.err.print(
            f"{row['path']} of {row['job']}, {row['taken']}, {_megabytes(savepoint.size)}",
            markup=False,
            soft_wrap=True,
        )
    if suites:
        console.err.print(f"{len(suites)} packed suites, {_megabytes(sum(map(size_of, suites)))}")
    typer.confirm("Remove them?", abort=True, err=True)


def _seconds(age: str) -> float:
    found = _AGE.fullmatch(age)
    if found is None:
        raise HeadraceError(
            f"--older-than wants a number and one of s, m, h, d, got {age!r}", "For example 7d."
        )
    return float(found.group(1)) * SECONDS[found.group(2)]


def _row(savepoint: Savepoint) -> list[Any]:
    row = _document(savepoint)
    return [
        savepoint.path.name,
        row["job"],
        row["taken"],
        round(savepoint.size / 1e6, 1),
        savepoint.use or None,
    ]


def _document(savepoint: Savepoint) -> dict[str, Any]:
    taken = datetime.fromtimestamp(savepoint.taken, tz=timezone.utc)
    return {
        "path": str(savepoint.path),
        "job": savepoint.job,
        "taken": f"{taken:%Y-%m-%d %H:%M:%S}",
        "bytes": savepoint.size,
        "needed_by": savepoint.use,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
