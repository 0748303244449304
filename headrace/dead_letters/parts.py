"""Which table plays which part when dead letters go through a job again, told by the contracts and the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.dead_letters.letter import TABLE
from headrace.errors import HeadraceError
from headrace.runtime.resolve import DEFAULT
from headrace.runtime.run import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.runtime.run import Run
    from headrace.tables.contract import Table

RAW = "_raw"
HISTORY = "_history"


@dataclass(frozen=True)
class Parts:
    """The tables of a job that reads messages.

    Attributes:
        raw: the log of messages; its name ends in ``_raw``.
        accepted: what a valid message becomes: the same name without ``_raw``.
        dead: where refused records go: ``dead_letters``.
        history: rows that only fill windows: the same name with ``_history``; None when the use case has none.
        sources: the other tables that the job reads, the history included.
        sinks: the tables that it writes, dead letters left out.
    """

    raw: Table
    accepted: Table
    dead: Table
    history: Table | None
    sources: tuple[Table, ...]
    sinks: tuple[Table, ...]


def parts_of(run: Run, tables: Mapping[str, Table]) -> Parts:
    """The parts of a run's tables.

    Args:
        run: what is to be run.
        tables: the tables of its use case, by name.

    Raises:
        HeadraceError: when the job reads no raw log, does not write what becomes of it or dead letters, or writes a
            table that has no primary key.
    """
    pipeline, steps = prepare(run)
    read = {step.statement.name for step in steps if step.database == DEFAULT and not step.conforms_to}
    raw = _one_raw(run, [tables[name] for name in sorted(read & tables.keys()) if name.endswith(RAW)])
    accepted = raw.name[: -len(RAW)]
    _require_sinks(run, pipeline.sinks, accepted)
    sinks = tuple(tables[name] for name in sorted(pipeline.sinks - {TABLE}))
    _require_keys(sinks)
    sources = tuple(tables[name] for name in sorted((read & tables.keys()) - {raw.name}))
    return Parts(raw, tables[accepted], tables[TABLE], tables.get(accepted + HISTORY), sources, sinks)


def _one_raw(run: Run, found: list[Table]) -> Table:
    if len(found) != 1:
        names = ", ".join(table.name for table in found) or "none"
        raise HeadraceError(
            f"expected {run.job.name} to read one table named …{RAW}, found {names}",
            "Replay with a job that reads messages, for example --job ingest.",
        )
    return found[0]


def _require_sinks(run: Run, sinks: frozenset[str], accepted: str) -> None:
    missing = sorted({accepted, TABLE} - sinks)
    if missing:
        raise HeadraceError(
            f"{run.job.name} does not write {' and '.join(missing)}, so nothing can be replayed"
        )


def _require_keys(sinks: tuple[Table, ...]) -> None:
    for table in sinks:
        if not table.key:
            raise HeadraceError(
                f"contract {table.name} has no PRIMARY KEY: a replay could not tell which rows are there",
                f"Declare one in contracts/{table.name}.sql.",
            )
