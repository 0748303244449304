"""``headrace dlq``: the dead letters, counted, shown and put through the job again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from rich.text import Text

from headrace.cli import console, options
from headrace.cli.progress import watch
from headrace.cli.query import UseCase  # noqa: TC001 -- typer evaluates it at run time
from headrace.cli.run import model_parameters, newest_model
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, make_importable
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    import duckdb

    from headrace.dead_letters.letter import Letter
    from headrace.dead_letters.report import Report
    from headrace.dead_letters.summary import ReasonCount

dlq = typer.Typer(
    name="dlq", help="Dead letters: what was refused and why, and how to put it back.", no_args_is_help=True
)
Reasons = Annotated[
    Optional[list[str]], typer.Option("--reason", help="Only letters of this reason; may be repeated.")
]
LETTERS = 10
EXAMPLE_WIDTH = 200
_SECONDS = 19


@dlq.command()
def summary(
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    use_case: UseCase = None,
    root: options.Root = None,
) -> None:
    """Count the dead letters by stage and reason, with what a replay has brought back.

    Example: headrace dlq summary --json
    """
    from headrace.dead_letters.summary import summarize

    counts = summarize(_open(data, use_case, root))
    if json:
        console.print_json(_summary_json(counts))
    else:
        _print_summary(counts)
        _warn_of_unfinished(data)


@dlq.command()
def show(
    reason: Reasons = None,
    limit: Annotated[
        Optional[int],
        typer.Option(min=0, help=f"Letters to show; {LETTERS} for people, all with --json."),
    ] = None,
    data: options.Data = options.DEFAULT_DATA,
    json: options.Json = False,
    use_case: UseCase = None,
    root: options.Root = None,
) -> None:
    """Show dead letters in order of arrival: payload as text, where they came from, what became of them.

    Examples: headrace dlq show --reason amount_negative · headrace dlq show --reason not_json --json > letters.json
    """
    from headrace.dead_letters.letter import of_reasons, read_letters

    letters = of_reasons(read_letters(_open(data, use_case, root)), reason or ())
    shown = letters[: limit if limit is not None or json else LETTERS]
    if json:
        console.print_json([_letter_json(letter) for letter in shown])
        return
    if not letters:
        console.out.print(
            Text(f"no dead letters{' of reason ' if reason else ''}{' or '.join(reason or ())}")
        )
    for letter in shown:
        _print_letter(letter)
    if len(letters) > len(shown):
        console.out.print(f"… {len(letters) - len(shown):,} more; --limit shows more")


@dlq.command()
def replay(
    reason: Reasons = None,
    fix: Annotated[
        str,
        typer.Option(
            metavar="MODULE:FUNCTION",
            help="Corrects payloads: takes bytes, returns bytes, or None to leave a letter dead.",
        ),
    ] = "",
    payloads: Annotated[
        Optional[Path],
        typer.Option(help="What dlq show --json printed, payloads edited; other letters are left."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and do nothing.")
    ] = False,
    job: Annotated[
        Optional[str],
        typer.Option(help="The job to go through: realtime if there is a model, else ingest."),
    ] = None,
    model: Annotated[
        Optional[Path],
        typer.Option(help="The artifact that scores; the newest one under <data>/models if not given."),
    ] = None,
    profile: options.Profile = None,
    data: options.Data = options.DEFAULT_DATA,
    ui_port: Annotated[Optional[int], typer.Option(help="Port of the Flink web UI.")] = None,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Put dead letters through the job again, each event once, and say what was still refused.

    Examples: headrace dlq replay --reason amount_invalid --fix fixes:amount · headrace dlq replay --dry-run
    """
    from headrace.dead_letters.replay import replay as put_back
    from headrace.dead_letters.report import Request

    suite = find_root(root)
    make_importable(suite)
    chosen = load_job(suite, job or ("realtime" if model or newest_model(data / "models") else "ingest"))
    run = Run(
        root=suite,
        job=chosen,
        data=data,
        profile=profile or "throughput",
        parameters=model_parameters(chosen, model, data),
        ui_port=ui_port,
    )
    request = Request(run, frozenset(reason or ()), fix, payloads, dry_run)
    report = put_back(request, lambda running: watch(running, f"replay through {chosen.name}"))
    if json:
        console.print_json(asdict(report))
    else:
        _print_report(report)
        _warn_of_unfinished(data)


def _open(data: Path, use_case: str | None, root: str | None) -> duckdb.DuckDBPyConnection:
    from headrace.dead_letters.journal import void_replays
    from headrace.dead_letters.letter import open_dead_letters
    from headrace.tables.contract import read_tables
    from headrace.tables.use_case import use_case_of

    tables = read_tables(use_case_of(Suite(find_root(root)), data, use_case))
    return open_dead_letters(tables, data, void_replays(data))


def _summary_json(counts: list[ReasonCount]) -> dict[str, Any]:
    from headrace.tables.values import as_json

    total = {
        "refused": sum(each.refused for each in counts),
        "accepted": sum(each.accepted for each in counts),
        "already_there": sum(each.already_there for each in counts),
        "open": sum(each.open for each in counts),
    }
    return {"total": total, "reasons": [as_json({**asdict(each), "open": each.open}) for each in counts]}


def _print_summary(counts: list[ReasonCount]) -> None:
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


def _letter_json(letter: Letter) -> dict[str, Any]:
    from headrace.tables.values import as_json

    _, _, digest = letter.identity
    content: dict[str, Any] = as_json({**asdict(letter), "payload": letter.text, "payload_sha256": digest})
    return content


def _print_letter(letter: Letter) -> None:
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


def _print_report(report: Report) -> None:
    rows: list[tuple[str, int]] = [("chosen", report.chosen), ("already there", report.already_there)]
    rows += [(why, count) for why, count in report.left.items()]
    rows += [("would be sent" if report.dry_run else "sent", report.sent)]
    if not report.dry_run:
        rows += [("accepted", report.accepted), ("still refused", sum(report.refused.values()))]
        rows += [(f"  {reason}", count) for reason, count in report.refused.items()]
    number = f"replay {report.replay:04} through " if report.replay else ""
    console.out.print(f"{number}{report.job}", style="bold", markup=False)
    console.print_table("", ["letters", "count"], rows)
    for earlier in report.completed:
        console.out.print(f"replay {earlier:04}, which had been cut off, was completed first")
    for table, count in report.moved.items():
        console.out.print(f"{table}: {count:,} rows added")


def _warn_of_unfinished(data: Path) -> None:
    from headrace.dead_letters.journal import unfinished

    for number in unfinished(data):
        console.err.print(
            f"replay {number:04} was cut off while its results were moved: the next headrace dlq replay completes it"
        )
