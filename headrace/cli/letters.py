"""How dead letters are shown: to people, and to scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from headrace.cli import console

if TYPE_CHECKING:
    from headrace.dead_letters.letter import Letter
    from headrace.dead_letters.summary import ReasonCount

EXAMPLE_WIDTH = 200
_SECONDS = 19


def summary_json(counts: list[ReasonCount]) -> dict[str, Any]:
    """The counts of a summary, and their sums."""
    from headrace.tables.values import as_json

    total = {
        "refused": sum(each.refused for each in counts),
        "accepted": sum(each.accepted for each in counts),
        "already_there": sum(each.already_there for each in counts),
        "open": sum(each.open for each in counts),
    }
    return {"total": total, "reasons": [as_json({**asdict(each), "open": each.open}) for each in counts]}


def print_summary(counts: list[ReasonCount]) -> None:
    """A table a stage with an example a reason, and the sums."""
    for stage in sorted({each.stage for each in counts}):
        _print_stage(stage, [each for each in counts if each.stage == stage])
    refused, left = (sum(getattr(each, name) for each in counts) for name in ("refused", "open"))
    console.out.print(f"{refused:,} refused · {refused - left:,} replayed · {left:,} open")


def _print_stage(stage: str, counts: list[ReasonCount]) -> None:
    rows = [(each.reason, each.refused, each.refused - each.open, each.open, _span(each)) for each in counts]
    console.print_table(stage, ["reason", "refused", "replayed", "open", "first and last arrival"], rows)
    for each in counts:
        console.out.print(
            Text(f"{each.reason}: ", style="cyan"), Text(_example(each)), sep="", soft_wrap=True
        )
    console.out.print()


def _span(count: ReasonCount) -> str:
    from headrace.tables.values import utc

    return " – ".join(utc(time)[:_SECONDS] for time in (count.first, count.last) if time)


def _example(count: ReasonCount) -> str:
    from headrace.tables.values import printable

    text = printable(count.example or "")
    return text if len(text) <= EXAMPLE_WIDTH else f"{text[:EXAMPLE_WIDTH]}…"


def letter_json(letter: Letter) -> dict[str, Any]:
    """A letter with its payload as text."""
    from headrace.tables.values import as_json

    _, _, digest = letter.identity
    content: dict[str, Any] = as_json({**asdict(letter), "payload": letter.text, "payload_sha256": digest})
    return content


def print_letter(letter: Letter) -> None:
    """A letter: what it is, its payload, what was wrong."""
    from headrace.tables.values import printable, utc

    arrived = utc(letter.arrived_at) if letter.arrived_at else "at an unknown time"
    head = f"{letter.reason} · {letter.where} · {arrived} · {_status(letter)}"
    console.out.print(Text(printable(head), style="bold"), soft_wrap=True)
    console.out.print(Text(f"  {printable(letter.text)}"), soft_wrap=True)
    if letter.detail and letter.detail != letter.payload.decode("utf-8", errors="replace"):
        console.out.print(Text(f"  detail: {printable(letter.detail)}"), soft_wrap=True)


def _status(letter: Letter) -> str:
    if letter.replay is None:
        return letter.status
    reason = f" as {letter.refused_as}" if letter.refused_as else ""
    return f"{letter.status}{reason} by replay {letter.replay:04}"
