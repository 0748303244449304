"""``headrace deploy``, ``promote``, ``canary``, ``shadow``, ``rollback``: which version scores what."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.cli.deployment_log import Deployments, record_json, said, seen_place
from headrace.cli.gate import ALLOWED, Asked, Gated, GateFile, Margin
from headrace.cli.log_head import read_seen
from headrace.cli.version import location_of
from headrace.errors import HeadraceError
from headrace.runtime.run import make_importable
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.deployments.author import Draft
    from headrace.deployments.commands import Target, Wish
    from headrace.deployments.log import Log
    from headrace.deployments.record import Record

Version = Annotated[
    str,
    typer.Argument(
        help="A version under <data>/models, or the folder or s3: URI of an artifact.", metavar="VERSION"
    ),
]
Known = Annotated[
    Optional[str], typer.Argument(help="A version that the log names already.", metavar="[VERSION]")
]
Challenger = Annotated[
    Optional[str],
    typer.Argument(
        help="A version under <data>/models, or the folder or s3: URI of an artifact; with --end, one of the log.",
        metavar="[VERSION]",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the log.")]
Author = Annotated[Optional[str], typer.Option("--author", help="Who; your user name if not given.")]
From = Annotated[
    Optional[str],
    typer.Option(
        "--effective-from", help="Event time from which it counts; as soon as possible if not given."
    ),
]
Backdated = Annotated[
    bool,
    typer.Option(
        "--backdated", help="Let it count for events that may have been scored: replays will differ."
    ),
]
Share = Annotated[float, typer.Option(min=0.0, max=1.0, help="Of the entity keys, 0 to 1.")]
End = Annotated[bool, typer.Option("--end", help="End it.")]


def deploy(
    version: Version,
    reason: Reason,
    author: Author = None,
    effective_from: From = None,
    backdated: Backdated = False,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Make a version the champion; the first one of a log scores all events, later ones those from some moment on.

    Examples: headrace deploy fraud-f6b21e6e9a46 --reason "first version" ·
    headrace deploy s3://bucket/models/fraud-0a1b --deployments s3://bucket/deployments --reason "newer"
    """
    from headrace.deployments import commands

    wish = _wish(author, reason, effective_from, backdated)
    _publish(deployments, data, root, json, lambda _, find: commands.deploy(find(version), wish))


def promote(
    reason: Reason,
    version: Known = None,
    gate: Gated = False,
    gate_file: GateFile = None,
    margin: Margin = ALLOWED,
    author: Author = None,
    effective_from: From = None,
    backdated: Backdated = False,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Make the canary, or a shadow, the champion; with --gate only one that a replay shows not to be worse.

    Examples: headrace promote --reason "a week as canary, nothing odd" · headrace promote --gate --reason "newer"
    """
    from headrace.deployments import commands

    wish = _wish(author, reason, effective_from, backdated)
    asked = Asked(gate, gate_file, margin, data, root)
    _publish(
        deployments, data, root, json, lambda log, _: asked.passed(commands.promote(log, version, wish), log)
    )


def canary(
    reason: Reason,
    version: Challenger = None,
    share: Share = 0.05,
    end: End = False,
    author: Author = None,
    effective_from: From = None,
    backdated: Backdated = False,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Let a version score a share of the entity keys, always the same ones; a larger share keeps those it had.

    Examples: headrace canary fraud-0a1b --share 0.05 --reason "try it" · headrace canary --end --reason "too noisy"
    """
    wish = _wish(author, reason, effective_from, backdated)
    draft = _challenger("canary", version, share, end, wish)
    _publish(deployments, data, root, json, draft)


def shadow(
    reason: Reason,
    version: Challenger = None,
    share: Share = 1.0,
    end: End = False,
    author: Author = None,
    effective_from: From = None,
    backdated: Backdated = False,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Let a version score beside the champion, into shadow_predictions, and decide nothing.

    Examples: headrace shadow fraud-0a1b --reason "compare" · headrace shadow fraud-0a1b --end --reason "seen enough"
    """
    wish = _wish(author, reason, effective_from, backdated)
    draft = _challenger("shadow", version, share, end, wish)
    _publish(deployments, data, root, json, draft)


def rollback(
    reason: Reason,
    version: Known = None,
    author: Author = None,
    effective_from: From = None,
    backdated: Backdated = False,
    deployments: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Make the champion before, or the named earlier one, champion again; this also ends a canary.

    Example: headrace rollback --reason "false alerts since noon"
    """
    from headrace.deployments import commands

    wish = _wish(author, reason, effective_from, backdated)
    _publish(deployments, data, root, json, lambda log, _: commands.rollback(log, version, wish))


def _wish(author: str | None, reason: str, effective_from: str | None, backdated: bool) -> Wish:
    from headrace.deployments.commands import Wish
    from headrace.deployments.record import to_millis
    from headrace.training.period import moment

    if not reason.strip():
        raise HeadraceError("--reason is empty", "Say why: others will read it.")
    start = None if effective_from is None else to_millis(moment(effective_from))
    return Wish(author or getpass.getuser(), reason, start, backdated)


def _challenger(
    role: str, version: str | None, share: float, ended: bool, wish: Wish
) -> Callable[[Log, Callable[[str], Target]], Draft]:
    from headrace.deployments import commands

    if ended:
        return lambda log, _: commands.end(log, role, version, wish)
    if version is None:
        raise HeadraceError(f"headrace {role} wants a version", f"headrace {role} VERSION, or --end.")
    if not share:
        raise HeadraceError("a share of 0 is none", f"To end it: headrace {role} --end.")
    make = commands.canary if role == "canary" else commands.shadow
    return lambda log, find: make(log, find(version), share, wish)


def _publish(
    deployments: str | None,
    data: Path,
    root: str | None,
    as_json: bool,
    make: Callable[[Log, Callable[[str], Target]], Draft],
) -> None:
    """Read the log, make a draft of a record, check its version against the jobs, write it, and say so."""
    from headrace.checks.model import check_against_jobs
    from headrace.deployments import commands
    from headrace.deployments.author import Author as Writer
    from headrace.deployments.store import open_store
    from headrace.models.artifact import to_path

    suite, place = find_root(root), seen_place(deployments, data)
    make_importable(suite)
    writer = Writer(open_store(place))
    seen = writer.read()
    named: list[str] = []

    def find(version: str) -> Target:
        named.append(location_of(version, data))
        return commands.target(named[0], place)

    draft = make(seen, find)
    if draft.share:
        folder = to_path(named[0]) if named else commands.artifact_of(draft, place)
        check_against_jobs(suite, data, folder)
    _print(writer.publish(draft, seen), as_json)
    read_seen(place, data)


def _print(record: Record, as_json: bool) -> None:
    if as_json:
        console.print_json(record_json(record))
    else:
        console.out.print(said(record), markup=False, soft_wrap=True)
