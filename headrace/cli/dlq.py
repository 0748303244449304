"""``headrace dlq``: the dead letters, counted, shown and put through the job again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from rich.text import Text

from headrace.cli import console, options
from headrace.cli.letters import letter_json, print_letter, print_summary, summary_json
from headrace.cli.progress import watch
from headrace.cli.query import UseCase  # noqa: TC001 -- typer evaluates it at run time
from headrace.cli.run import model_parameters, newest_model
from headrace.cli.tables import Environment, Place, say_topics
from headrace.errors import HeadraceError
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, make_importable
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from headrace.dead_letters.report import Report

dlq = typer.Typer(
    name="dlq", help="Dead letters: what was refused and why, and how to put it back.", no_args_is_help=True
)
Reasons = Annotated[
    Optional[list[str]], typer.Option("--reason", help="Only these; repeatable.", callback=options.reasons)
]
LETTERS = 10


@dlq.command()
def summary(
    environment: Environment = "",
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    json: options.Json = False,
    use_case: UseCase = None,
    root: options.Root = None,
) -> None:
    """Count the dead letters by stage and reason, with what a replay has brought back.

    Examples: headrace dlq summary --json · headrace dlq summary --environment kafka
    """
    from headrace.dead_letters.summary import summarize

    with _opened(_place(environment, data, values, cluster, use_case, root)) as connection:
        counts = summarize(connection)
    if json:
        console.print_json(summary_json(counts))
    else:
        print_summary(counts)
        _warn_of_unfinished(data)


@dlq.command()
def show(
    reason: Reasons = None,
    limit: Annotated[
        Optional[int],
        typer.Option(min=0, help=f"Letters to show; {LETTERS} for people, all with --json."),
    ] = None,
    environment: Environment = "",
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    json: options.Json = False,
    use_case: UseCase = None,
    root: options.Root = None,
) -> None:
    """Show dead letters in order of arrival: payload as text, where they came from, what became of them.

    Examples: headrace dlq show --reason amount_negative · headrace dlq show --reason not_json --json > letters.json
    """
    from headrace.dead_letters.letter import of_reasons, read_letters

    with _opened(_place(environment, data, values, cluster, use_case, root)) as connection:
        letters = of_reasons(read_letters(connection), reason or ())
    shown = letters[: limit if limit is not None or json else LETTERS]
    if json:
        console.print_json([letter_json(letter) for letter in shown])
        return
    if not letters:
        console.out.print(
            Text(f"no dead letters{' of reason ' if reason else ''}{' or '.join(reason or ())}")
        )
    for letter in shown:
        print_letter(letter)
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
    environment: Environment = "",
    profile: options.Profile = None,
    data: options.Data = options.DEFAULT_DATA,
    ui_port: options.UiPort = None,
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
    _require_files(Place(Suite(suite), chosen.use_case, environment, data))
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


def _place(
    environment: str,
    data: Path,
    values: list[str] | None,
    cluster: Path,
    use_case: str | None,
    root: str | None,
) -> Place:
    from headrace.dead_letters.letter import TABLE
    from headrace.tables.use_case import use_case_of

    options.use_broker_of(cluster)
    say_topics(TABLE, environment, cluster)
    suite = Suite(find_root(root))
    return Place(suite, use_case_of(suite, data, use_case).name, environment, data, options.pairs(values))


@contextmanager
def _opened(place: Place) -> Iterator[duckdb.DuckDBPyConnection]:
    from headrace.dead_letters.journal import void_replays
    from headrace.dead_letters.letter import TABLE, open_dead_letters
    from headrace.tables.contract import read_tables

    tables = read_tables(place.suite.use_case(place.use_case))
    with place.folder([TABLE]) as folder:
        yield open_dead_letters(tables, folder, void_replays(folder))


def _require_files(place: Place) -> None:
    from headrace.dead_letters.letter import TABLE

    if not place.on_files(TABLE):
        raise HeadraceError(
            f"a replay goes from files to files, and {TABLE} of {place.environment} is not in files",
            f"headrace dlq show --environment {place.environment} --json has the payloads: mend them, and send them to "
            "the topic they came from; an event that was accepted meanwhile is refused there as a duplicate.",
        )


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
