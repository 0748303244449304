"""Puts dead letters through their job again, in a folder of its own, and moves what is new into the tables."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Callable

from headrace.dead_letters import journal, outbox, outcome
from headrace.dead_letters.files import judge_files, return_files, returned
from headrace.dead_letters.fix import FixError, fix_by_file, fix_by_function, unchanged
from headrace.dead_letters.inputs import write_inputs
from headrace.dead_letters.letter import INFERENCE, of_reasons, open_dead_letters, read_letters
from headrace.dead_letters.parts import parts_of
from headrace.dead_letters.replayed import ACCEPTED, ALREADY_THERE, REPLAYED, RETURNED
from headrace.dead_letters.report import Report, Request
from headrace.dead_letters.selection import select
from headrace.errors import HeadraceError
from headrace.runtime.lock import Lock, claim
from headrace.runtime.outputs import CHECKPOINTS
from headrace.runtime.run import RunningJob, start
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from headrace.dead_letters.fix import Fix
    from headrace.dead_letters.letter import Letter
    from headrace.dead_letters.outcome import Verdict
    from headrace.dead_letters.parts import Parts
    from headrace.dead_letters.selection import Selection

Watch = Callable[[RunningJob], None]


@dataclass(frozen=True)
class _Prepared:
    """Everything decided before a job is run."""

    request: Request
    parts: Parts
    connection: duckdb.DuckDBPyConnection
    letters: list[Letter]
    selection: Selection
    files: list[Verdict]

    @property
    def report(self) -> Report:
        """What is known so far."""
        found = self.selection
        return Report(
            replay=None,
            job=self.request.run.job.name,
            chosen=found.chosen,
            sent=found.sent,
            already_there=len(found.already_there),
            left={**found.left, **returned(self.files)},
            refused=outcome.refused_reasons(self.files),
        )


def replay(request: Request, watch: Watch = RunningJob.wait) -> Report:
    """Put dead letters through a job again, each event once.

    A letter whose event id is in the accepted table or the history is not sent. The job runs on copies; what it writes
    comes into the tables when it has ended, without the rows that are there. Cut off at any point, the same call
    completes or repeats it without doubling a row.

    Args:
        request: what to do.
        watch: waits for the job.

    Raises:
        HeadraceError: when the job can not replay, fails, or does not account for every message; when a fix can not
            be used; when another process writes these tables.
    """
    if request.dry_run:
        return replace(_prepare(request).report, dry_run=True)
    with _claimed(request):
        completed = journal.recover(request.run.data)
        return replace(_carry_out(_prepare(request), watch), completed=completed)


def _claimed(request: Request) -> Lock:
    """Nobody else may write the tables that rows are added to: what is there is looked at first."""
    run = request.run
    parts = parts_of(run, read_tables(Suite(run.root).use_case(run.job.use_case)))
    tables = [table.name for table in (*parts.sinks, parts.dead)]
    return claim(run.data, "headrace dlq replay", [journal.FOLDER, REPLAYED.name, *tables])


def _prepare(request: Request) -> _Prepared:
    run = request.run
    tables = read_tables(Suite(run.root).use_case(run.job.use_case))
    parts = parts_of(run, tables)
    connection = open_dead_letters(tables, run.data, journal.void_replays(run.data))
    letters = read_letters(connection)
    chosen = of_reasons(letters, request.reasons)
    _require_sense(request, letters, chosen)
    selection = select(connection, parts, chosen, _fix(request, letters), run.job.needs_model)
    files = judge_files(run.data, selection.files)
    return _Prepared(request, parts, connection, letters, selection, files)


def _require_sense(request: Request, letters: list[Letter], chosen: list[Letter]) -> None:
    unknown = sorted(request.reasons - {letter.reason for letter in letters})
    if unknown:
        known = ", ".join(sorted({letter.reason for letter in letters})) or "none"
        raise HeadraceError(
            f"there are no dead letters of reason {', '.join(unknown)}", f"Reasons there are: {known}."
        )
    if request.fix and chosen and all(letter.stage == INFERENCE for letter in chosen):
        raise FixError(
            "these events were accepted as they are; a fix would score another event than the tables hold",
            "Replay them without --fix, after the model was corrected.",
        )


def _fix(request: Request, letters: list[Letter]) -> Fix:
    if request.fix and request.payloads:
        raise FixError("--fix and --payloads exclude each other")
    if request.payloads:
        return fix_by_file(request.payloads, letters)
    return fix_by_function(request.fix) if request.fix else unchanged


def _carry_out(prepared: _Prepared, watch: Watch) -> Report:
    found, data = prepared.selection, prepared.request.run.data
    known = [
        outcome.Verdict(letter, ALREADY_THERE)
        for letter in found.already_there
        if letter.status not in {ACCEPTED, ALREADY_THERE, RETURNED}
    ]
    known += prepared.files
    if not found.messages and not known:
        return prepared.report
    return_files(data, prepared.files)
    number, folder = journal.begin(data)
    verdicts, moved = _run(prepared, folder, number, watch) if found.messages else ([], {})
    now = datetime.now(timezone.utc)
    outbox.write_verdicts(
        [*known, *verdicts], number, now, folder / journal.OUTBOX, journal.file_name(number)
    )
    report = _completed(prepared.report, number, verdicts, moved)
    journal.commit(data, number, asdict(report))
    journal.move(data, number)
    _delete_copies(prepared.parts, folder)
    return report


def _run(
    prepared: _Prepared, folder: Path, number: int, watch: Watch
) -> tuple[list[Verdict], dict[str, int]]:
    """Run the job in the replay's folder, and fill the outbox with what is new."""
    connection, parts, messages = prepared.connection, prepared.parts, prepared.selection.messages
    file, target = journal.file_name(number), folder / journal.OUTBOX
    write_inputs(connection, parts, messages, folder, file)
    watch(start(replace(prepared.request.run, data=folder, overwrite=False, resume=False)))
    refusals = outcome.read_refusals(connection, parts, folder)
    outcome.require_balance(connection, parts, len(messages), refusals)
    verdicts = list(outcome.judge(messages, refusals, outcome.moved_keys(connection, parts)))
    known = {letter.identity for letter in prepared.letters} | {message.identity for message in messages}
    unknown = [letter for letter in refusals if letter.identity not in known]
    moved = outbox.write_new_rows(connection, parts, target, file)
    return verdicts, {**moved, **outbox.write_new_letters(unknown, parts.dead, target, file)}


def _completed(report: Report, number: int, verdicts: list[Verdict], moved: dict[str, int]) -> Report:
    outcomes = [verdict.outcome for verdict in verdicts]
    return replace(
        report,
        replay=number,
        accepted=outcomes.count(ACCEPTED),
        already_there=report.already_there + outcomes.count(ALREADY_THERE),
        refused={**report.refused, **outcome.refused_reasons(verdicts)},
        moved=moved,
    )


def _delete_copies(parts: Parts, folder: Path) -> None:
    """Keep what was sent and what came out; the copies of the history are large and of no further use."""
    for name in (*(table.name for table in parts.sources), CHECKPOINTS):
        shutil.rmtree(folder / name, ignore_errors=True)
