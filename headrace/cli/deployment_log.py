"""``headrace deployments``: the log, and which versions count for an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from headrace.cli import console, log_head, options
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.deployments.log import Entry, Log
    from headrace.deployments.record import Record
    from headrace.deployments.store import Store

LOG = "deployments"

Deployments = Annotated[
    Optional[str],
    typer.Option("--deployments", help="Folder or s3: URI of the log; <data>/deployments if not given."),
]


def deployments(
    at: Annotated[Optional[str], typer.Option(help="An event time: say which versions count for it.")] = None,
    key: Annotated[Optional[str], typer.Option(help="An entity key: say which version scores it.")] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Check every file of the log and the chain; ends with 1 on a fault."),
    ] = False,
    accept_restored: Annotated[
        bool,
        typer.Option("--accept-restored", help="Say that the log was put back on purpose to what it is now."),
    ] = False,
    place: Deployments = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
) -> None:
    """Show the deployment log, and which versions count now, or at some event time.

    Examples: headrace deployments · headrace deployments --at 2018-05-09T08:14:22Z --key 596 ·
    headrace deployments --verify
    """
    from headrace.deployments.store import open_store

    store = open_store(place_of(place, data))
    if accept_restored:
        log_head.accept_restored(store, data)
    if verify:
        log_head.verify(store, data, as_json=json)
    if not (accept_restored or verify):
        _show(store, data, at, key, as_json=json)


def _show(store: Store, data: Path, at: str | None, key: str | None, *, as_json: bool) -> None:
    """Print a log once its last record is decided."""
    from headrace.deployments.author import Author as Writer
    from headrace.deployments.follower import wall_clock
    from headrace.deployments.record import to_millis
    from headrace.training.period import moment

    log_head.read_seen(store.home, data)
    log = Writer(store).read()
    log_head.read_seen(store.home, data)
    time = to_millis(moment(at)) if at else wall_clock()
    if as_json:
        console.print_json(
            {"log": [_entry_json(each) for each in log.entries], **_counting_json(log, time, key)}
        )
        return
    if not log.entries:
        raise HeadraceError(f"no deployments in {store.location}", "Begin with headrace deploy.")
    _print_log(log, wall_clock())
    _print_counting(log, time, key)


def place_of(deployments: str | None, data: Path) -> str:
    """Where the log lies."""
    return deployments or str(data / LOG)


def seen_place(deployments: str | None, data: Path) -> str:
    """Where the log lies; it did not go back behind what was seen of it.

    Raises:
        DeploymentLogError: it did, or it can not be read, or is damaged.
    """
    place = place_of(deployments, data)
    log_head.read_seen(place, data)
    return place


def said(record: Record) -> str:
    """A record in a sentence."""
    return f"record {record.number}: {record.version} {_does(record)} {_since(record)}"


def _does(record: Record) -> str:
    if record.role == "champion":
        return "is champion"
    if not record.share:
        return f"is no {record.role} any more"
    share = f" of {record.share:.0%} of the keys" if record.share < 1 else ""
    return f"is {record.role}{share}"


def _since(record: Record) -> str:
    from headrace.deployments.record import to_text

    if record.effective_from is None:
        return "for all events"
    return f"for events from {to_text(record.effective_from)} on"


def record_json(record: Record) -> dict[str, Any]:
    """A record as it stands in its file."""
    from json import loads

    from headrace.deployments.record import encode

    document: dict[str, Any] = loads(encode(record))
    return document


def _entry_json(entry: Entry) -> dict[str, Any]:
    verdict = entry.verdict
    return {
        **record_json(entry.record),
        "in_force": bool(verdict and verdict.in_force),
        "because": verdict.because if verdict else "",
    }


def _counting_json(log: Log, time: int, key: str | None) -> dict[str, Any]:
    from headrace.deployments.record import to_text
    from headrace.deployments.roles import choose, roles_at

    roles = roles_at(log.in_force, time)
    chosen = choose(roles, key).scored_by
    return {
        "at": to_text(time),
        "champion": roles.champion and roles.champion.version,
        "canary": roles.canary and {"version": roles.canary.version, "share": roles.canary.share},
        "shadows": [{"version": each.version, "share": each.share} for each in roles.shadows],
        **({"key": key, "scored_by": chosen and chosen.version} if key is not None else {}),
    }


def _print_log(log: Log, now: int) -> None:
    from headrace.deployments.record import to_text
    from headrace.tables.values import printable

    columns = ["", "", "version", "counts from", "by", "why"]
    rows = []
    for entry in log.entries:
        record, verdict = entry.record, entry.verdict
        void = (
            "" if verdict and verdict.in_force else f" (void: {verdict.because if verdict else 'undecided'})"
        )
        share = f" {record.share:.0%}" if 0 < record.share < 1 else ""
        start = "the beginning" if record.effective_from is None else to_text(record.effective_from)
        start += " (to come)" if record.start > now else ""
        reason = f"{record.reason}{' (backdated)' if record.backdated else ''}{void}"
        said = [f"{record.command}{share}", record.version, start, record.author, reason]
        rows.append([str(record.number), *map(printable, said)])
    console.print_table("", columns, rows)


def _print_counting(log: Log, time: int, key: str | None) -> None:
    found = _counting_json(log, time, key)
    lines = [f"for events of {found['at']}: champion {found['champion'] or 'none'}"]
    if found["canary"]:
        lines.append(f"canary {found['canary']['version']} for {found['canary']['share']:.0%} of the keys")
    lines += [f"shadow {each['version']}" for each in found["shadows"]]
    if key is not None:
        lines.append(f"key {key} is scored by {found['scored_by'] or 'none'}")
    console.out.print(" · ".join(lines), markup=False, soft_wrap=True)
