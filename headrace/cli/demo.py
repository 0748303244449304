"""``headrace demo``: from nothing to scored live events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import console, options
from headrace.cli.progress import Bars, watch
from headrace.cli.swap import show_swap
from headrace.demo.story import load_demo
from headrace.errors import HeadraceError
from headrace.runtime.folders import create_folder
from headrace.runtime.lock import EVERYTHING, claim
from headrace.runtime.run import make_importable
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from headrace.demo.play import Stage
    from headrace.demo.story import Demo
    from headrace.demo.summary import Summary

DEMO_DATA = Path("work/demo")


def demo(
    use_case: Annotated[str, typer.Argument(help="A file in demos/.")] = "fraud",
    quick: Annotated[bool, typer.Option("--quick", help="Less data: about half the time.")] = False,
    swap: Annotated[
        bool,
        typer.Option(
            "--swap", help="Swap two versions while events flow: canary, promotion, rollback, and a replay."
        ),
    ] = False,
    data: options.Data = DEMO_DATA,
    ui_port: options.UiPort = None,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Build data, compute features, train a model, score live events with dirt among them, and show what came out.

    Examples: headrace demo --quick · headrace demo --swap
    """
    from headrace.demo.play import Stage

    suite = find_root(root)
    make_importable(suite)
    create_folder(data)
    bars = Bars()
    stage = Stage(
        root=suite,
        data=data,
        quick=quick,
        progress=bars,
        watch=watch,
        announce=lambda text: _announce(bars, text),
        ui_port=ui_port,
    )
    show = show_swap if swap else _show
    demo = load_demo(suite, use_case)
    with claim(data, f"headrace demo {use_case}", [EVERYTHING]):
        show(demo, stage, bars, as_json=json)


def _show(demo: Demo, stage: Stage, bars: Bars, *, as_json: bool) -> None:
    from headrace.demo.play import play

    try:
        summary = play(demo, stage)
    finally:
        bars.close()
    if as_json:
        console.print_json(summary.as_document())
    else:
        print_summary(summary, stage.data)
    if not summary.nothing_lost:
        raise HeadraceError(f"records were lost or doubled: {summary}", "This is a bug: please report it.")


def print_summary(summary: Summary, data: Path) -> None:
    """Print what came out, for a person: counts, dead letters by reason, quality, and where to go from here."""
    console.print_table("", ["what came out", "", ""], _came_out(summary))
    console.print_table(
        "dead letters",
        ["reason", "found", "put in"],
        [
            (reason, summary.dead_letters.get(reason, 0), summary.expected.get(reason, 0))
            for reason in sorted({*summary.dead_letters, *summary.expected})
        ],
    )
    lost = "nothing lost, nothing doubled" if summary.nothing_lost else "RECORDS WERE LOST OR DOUBLED"
    console.out.print(
        f"{lost}: every record was accepted or is a dead letter, every accepted one has its prediction"
    )
    console.out.print(_next_steps(data), markup=False, soft_wrap=True)


def _came_out(summary: Summary) -> list[tuple[str, float, str]]:
    rate = summary.events_in / summary.seconds
    return [
        (
            "events in",
            summary.events_in,
            f"{rate:,.0f} a second in {summary.seconds:.0f} s, start and history included",
        ),
        ("accepted", summary.accepted, "valid, each once"),
        ("duplicates dropped", summary.duplicates, "kept in dead_letters"),
        ("other dead letters", _others(summary), "with reason and original bytes"),
        ("predictions", summary.predictions, f"by {', '.join(summary.model_versions)}"),
        ("alerts", summary.alerts, "score at or above the threshold"),
        *((label, value, "against the labels that came later") for label, value in summary.quality.items()),
    ]


def _others(summary: Summary) -> int:
    return sum(summary.dead_letters.values()) - summary.duplicates


def _next_steps(data: Path) -> str:
    return f"""
outputs       {data}  (a folder a table, JSON lines)
ask           headrace query --data {data} "SELECT * FROM alerts ORDER BY score DESC LIMIT 5"
dead letters  headrace dlq summary --data {data}
model         {data}/models, a page about it in {data}/reports
go on live    headrace run realtime --live --data {data} --overwrite
              (Flink's web UI is on while a job runs; drop files of events into {data}/inbox)"""  # noqa: S608 -- text for a person


def _announce(bars: Bars, text: str) -> None:
    bars.close()
    console.err.print(text, markup=False)
