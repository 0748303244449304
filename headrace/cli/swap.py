"""``headrace demo --swap``: what versions did while they were swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.cli import console
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from headrace.cli.progress import Bars
    from headrace.demo.play import Stage
    from headrace.demo.story import Demo
    from headrace.demo.swapped import Swapped


def show_swap(demo: Demo, stage: Stage, bars: Bars, *, as_json: bool) -> None:
    """Play the swap and print what it showed.

    Raises:
        HeadraceError: when the replay differs, or a step could not be done.
    """
    from headrace.demo.swap import play_swap

    try:
        swapped = play_swap(demo, stage)
    finally:
        bars.close()
    if as_json:
        console.print_json(swapped.as_document())
    else:
        print_swapped(swapped)
    if swapped.differing:
        raise HeadraceError(
            f"{swapped.differing} of {swapped.events} predictions differ in the replay",
            "This is a bug: please report it.",
        )


def print_swapped(swapped: Swapped) -> None:
    """Print who scored what after each record of the log, and how the replay compares."""
    rows = [
        (
            spell.command,
            ", ".join(f"{version}: {count:,}" for version, count in spell.versions.items()) or "none",
            spell.alerts,
        )
        for spell in swapped.spells
    ]
    console.print_table("", ["from this record on", "events scored by", "alerts"], rows)
    same = swapped.events - swapped.differing
    console.out.print(
        f"replay: {same:,} of {swapped.events:,} predictions are the same in every field, the version included"
    )
