"""Where the tables of a job are, and which of them a savepoint does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.runtime.resolve import CONTRACTS, SINKS
from headrace.runtime.secrecy import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from headrace.runtime.resolve import Step
    from headrace.runtime.statement import Statement

Places = dict[str, dict[str, str]]
SOURCE, OUTPUT = "source", "output"
GROUP = "properties.group.id"
WHERE = ("connector", "topic", "properties.bootstrap.servers", "path", "url", "table-name")
"""Options of a table that say where it is."""
_OPTION = re.compile(r"'([\w.-]+)'\s*=\s*'((?:[^']|'')*)'")
_VARIABLE = re.compile(r"\$\{(\w+)(?::-|\})")


@dataclass(frozen=True)
class Moved:
    """A table that is elsewhere.

    Attributes:
        table: ``source <table>`` or ``output <table>``.
        before: options that say where it was; none for a source that is new.
        after: options that say where it is.
    """

    table: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    def __str__(self) -> str:
        """``source labels: topic a.labels → b.labels``."""
        if not self.before:
            return f"{self.table} is new"
        names = [
            name for name in {**self.before, **self.after} if self.before.get(name) != self.after.get(name)
        ]
        parts = (f"{name} {self.before.get(name, 'none')} → {self.after.get(name, 'none')}" for name in names)
        return f"{self.table}: {', '.join(parts)}"


def places_of(steps: Iterable[Step]) -> Places:
    """Where the tables are that a job creates, by ``source <table>`` or ``output <table>``; no secrets."""
    return {
        f"{OUTPUT if step.database == SINKS else SOURCE} {step.statement.name}": where
        for step in steps
        if step.database != CONTRACTS and (where := _where(step))
    }


def variables_of(steps: Iterable[Step], bindings: Mapping[str, Statement]) -> list[str]:
    """Names in ``${…}`` of the tables that a job creates, sorted.

    Args:
        steps: of the job.
        bindings: of its environment, as they stand in the files.
    """
    used = [bindings[step.statement.name] for step in steps if step.statement.name in bindings]
    return sorted({name for statement in used for name in _VARIABLE.findall(statement.text)})


def moved(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> Iterator[Moved]:
    """Sources that are elsewhere or new, and outputs that are elsewhere.

    An output that is new begins where the job goes on; a source or output that is gone is Flink's to refuse, which
    drops no state unasked.
    """
    for table, where in after.items():
        known = before.get(table, {})
        if known != where and (known or table.startswith(SOURCE)):
            yield Moved(table, known, where)


def require_same_places(
    name: str, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> None:
    """Refuse to go on from a savepoint that does not know where the tables are.

    Args:
        name: of the job.
        before: where they were; nothing is refused when that is not known.
        after: where they are.

    Raises:
        HeadraceError: names the tables, and what would happen.
    """
    found = [str(table) for table in moved(before, after)] if before else []
    if found:
        raise HeadraceError(
            f"the savepoint of {name} does not know these tables: {'; '.join(found)}. Such a source would be read from "
            "its start and doubles what was made of it before; results would go on at another place",
            "Leave out what moves them, or headrace stop and headrace submit, which starts anew; "
            "--allow-moved-tables goes on from the savepoint all the same.",
        )


def _where(step: Step) -> dict[str, str]:
    options = dict(_OPTION.findall(step.statement.text))
    names = WHERE if step.database == SINKS else (*WHERE, GROUP)
    return {name: shown(name, options[name]) for name in names if name in options and "connector" in options}
