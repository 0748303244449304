"""Reading a deployment log as somebody who remembers what he saw of it, and verifying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from headrace.cli import console

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.deployments.head import Head
    from headrace.deployments.heads import SeenHead
    from headrace.deployments.log import Log
    from headrace.deployments.store import Store
    from headrace.deployments.verification import Finding

SHORT = 12


def read_seen(place: str, data: Path) -> Log:
    """A log that did not go back behind what a command of this data folder saw of it; what is new is remembered.

    Raises:
        LogWentBackError: it did.
        DeploymentLogError: it can not be read, or is damaged.
    """
    from headrace.deployments.head import head_of, refuse_gone_back
    from headrace.deployments.heads import SeenHead
    from headrace.deployments.log import read_reachable
    from headrace.deployments.store import open_store

    store = open_store(place)
    seen, log = SeenHead(data, store), read_reachable(store)
    refuse_gone_back(log, seen.read(), store.location)
    head = head_of(log)
    if head and head != seen.read():
        _keep(seen, head)
    return log


def verify(store: Store, data: Path, *, as_json: bool) -> None:
    """Print what is in a log and what is wrong with it; ends with 1 when something is.

    Raises:
        DeploymentLogError: it can not be read.
    """
    from headrace.deployments.head import Head
    from headrace.deployments.heads import SeenHead

    seen = SeenHead(data, store)
    head = seen.read()
    findings = _findings(store, head)
    faults = [each for each in findings if each.fault]
    if as_json:
        console.print_json(_document(store, head, findings))
    else:
        _print(store, head, findings)
    if faults:
        raise typer.Exit(1)
    decided = [each for each in findings if each.digest]
    if decided:
        _keep(seen, Head(decided[-1].number, decided[-1].digest))


def accept_restored(store: Store, data: Path) -> None:
    """Take a log as it is for the one that was seen, because somebody put it back on purpose.

    Raises:
        DeploymentLogError: it can not be read, or is damaged: then nobody put it back as it was.
    """
    from headrace.deployments.head import head_of
    from headrace.deployments.heads import SeenHead
    from headrace.deployments.log import read_reachable

    head = head_of(read_reachable(store))
    SeenHead(data, store).keep(head)
    console.out.print(f"head of {store.location}: {_named(head)}", markup=False, soft_wrap=True)
    console.err.print("jobs that follow it remember what they saw: submit them anew", markup=False)


def _findings(store: Store, head: Head | None) -> list[Finding]:
    from headrace.deployments.log import unreachable
    from headrace.deployments.verification import verify as look

    try:
        return look(store, head)
    except OSError as error:
        raise unreachable(store, error) from error


def _keep(seen: SeenHead, head: Head) -> None:
    """Remember a head; where nothing can be written, say so and go on: the log itself is well."""
    try:
        seen.keep(head)
    except OSError as error:
        console.err.print(
            f"what was seen of the log is not remembered: {seen.path}: {error.strerror}",
            markup=False,
            soft_wrap=True,
        )


def _document(store: Store, head: Head | None, findings: list[Finding]) -> dict[str, Any]:
    return {
        "log": store.location,
        "ok": not any(each.fault for each in findings),
        "head_seen": head and head._asdict(),
        "records": [
            {
                "number": each.number,
                "role": each.record and each.record.role,
                "version": each.record and each.record.version,
                "digest": each.digest or None,
                "in_force": each.in_force,
                "fault": each.fault or None,
            }
            for each in findings
        ],
    }


def _print(store: Store, head: Head | None, findings: list[Finding]) -> None:
    columns = ["", "role", "version", "digest", "in force", "finding"]
    console.print_table(store.location, columns, [_row(each) for each in findings])
    faults = sum(bool(each.fault) for each in findings)
    said = f"{len(findings)} records" if not faults else f"{faults} of {len(findings)} places are wrong"
    console.out.print(f"{said} · seen before: {_named(head)}", markup=False, soft_wrap=True)


def _row(found: Finding) -> list[str]:
    record = found.record
    force = {True: "yes", False: "no", None: "–"}[found.in_force]
    undecided = "" if found.digest or not record else "undecided"
    return [
        str(found.number),
        record.role if record else "–",
        record.version if record else "–",
        found.digest[:SHORT] or "–",
        undecided or force,
        found.fault or "ok",
    ]


def _named(head: Head | None) -> str:
    return f"record {head.number}, {head.digest[:SHORT]}" if head else "nothing"
