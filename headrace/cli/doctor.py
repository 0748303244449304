"""``headrace doctor``: what is wrong with this machine, or what an error means."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console, options
from headrace.doctor import explain_all
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from headrace.doctor import Explanation
    from headrace.doctor.finding import Finding

_END = 4 << 20
"""Bytes read of a log, from its end."""


def doctor(
    message: Annotated[
        Optional[str],
        typer.Option("--explain", help="An error message, a log file, or - for standard input."),
    ] = None,
    jars: Annotated[
        Optional[list[Path]], typer.Option(help="A jar, or a folder of jars, to look at; may be repeated.")
    ] = None,
    data: options.Data = options.DEFAULT_DATA,
    root: options.Root = None,
    json: options.Json = False,
) -> None:
    """Look at this machine before a job runs, or explain why one failed; exit code 1 when something is wrong.

    Examples: headrace doctor · headrace doctor --explain job.log · flink run … 2>&1 | headrace doctor --explain -
    """
    if message is not None:
        _explain(_text(message), json=json)
    else:
        _examine(data, root, jars or [], json=json)


def _examine(data: Path, root: str | None, jars: list[Path], *, json: bool) -> None:
    from headrace.doctor.examination import Examination

    found = list(Examination(data, root, jars).findings())
    if json:
        console.print_json([asdict(each) for each in found])
    else:
        _print_findings(found)
    if any(each.status == "problem" for each in found):
        raise typer.Exit(1)


def _print_findings(found: list[Finding]) -> None:
    rows = [(each.check, each.status, "\n".join(filter(None, (each.said, each.advice)))) for each in found]
    console.print_table("headrace doctor", ["check", "status", "found, and what to do"], rows)
    count = sum(each.status != "ok" for each in found)
    console.out.print(f"{count} to look at" if count else "all well")


def _explain(text: str, *, json: bool) -> None:
    found = explain_all(text)
    if json:
        console.print_json([_as_json(each) for each in found])
    elif found:
        _print_explanations(found)
    if not found:
        raise HeadraceError(
            "the doctor does not know this message",
            "docs/troubleshooting.md lists those it knows. In a Flink trace, the last 'Caused by' says most.",
        )


def _print_explanations(found: list[Explanation]) -> None:
    best, *others = found
    console.out.print(f"[bold]{best.failure.title}[/]")
    console.out.print(best.line, markup=False, style="dim")
    console.out.print(f"\n{best.failure.meaning}", markup=False)
    console.out.print(f"\nWhat to do: {best.failure.remedy}", markup=False)
    if others:
        console.out.print(f"\nAlso seen: {', '.join(each.failure.title for each in others)}", markup=False)


def _as_json(explanation: Explanation) -> dict[str, str]:
    failure = explanation.failure
    fields = ("name", "title", "meaning", "remedy", "source")
    return {**{field: getattr(failure, field) for field in fields}, "line": explanation.line}


def _text(message: str) -> str:
    if message == "-":
        return sys.stdin.read()
    if "\n" in message or not _is_file(Path(message)):
        return message
    with Path(message).open("rb") as log:
        log.seek(max(0, Path(message).stat().st_size - _END))
        return log.read().decode(errors="replace")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # a long message is no valid name
