"""Names of a job's operators, as the web UI, metrics and logs show them.

A source and a sink are called after their table, a process table function after its ``uid``. Any other operator is
called after the view whose columns it gives: of views with the same columns, after the first that reads what the
operator reads. What comes before that within a view bears the view's name and what it does: ``daily_visits:
OverAggregate``. So every name begins with one that somebody chose in ``sql/``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 40
"""Characters of a name; that of a vertex is made of all its operators'."""
AT_TABLES = {
    "WatermarkAssigner": "watermark",
    "ConstraintEnforcer": "NOT NULL",
    "StreamRecordTimestampInserter": "timestamp",
}
"""What Flink puts behind a source and before a sink, in a word: not counted, as it stands beside a name that is."""
WRITER = {"StreamingFileWriter": "Writer"}
"""A sink of files as other sinks call it."""
_MADE_UP = re.compile(r"\$\d+|[fw]\d+(\$o\d+)?|EXPR\$\d+")
"""Names that Flink gives to columns by itself: such a one may be any."""


@dataclass(frozen=True)
class Operator:
    """A step of a planned job; shuffles and unions are none.

    Attributes:
        number: its number in the plan.
        kind: what it does, in Flink's words: ``Calc``.
        columns: what it gives, in order.
        inputs: numbers of the operators that it reads.
        named: the name it has already: a source's and a sink's table, the ``uid`` of a process table function.
        writes: the table that is written by way of it, when it is the last one.
    """

    number: int
    kind: str
    columns: tuple[str, ...] = ()
    inputs: tuple[int, ...] = ()
    named: str = ""
    writes: str = ""


@dataclass(frozen=True)
class Relation:
    """A table or view that a job reads.

    Attributes:
        columns: their names, in order.
        reads: names of the relations that it reads itself.
    """

    columns: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Naming:
    """Names for the operators of one job.

    Args:
        operators: each after those that it reads.
        relations: what the job reads, by name; each after those that it reads.
    """

    operators: Sequence[Operator]
    relations: Mapping[str, Relation]
    _relation: dict[int, str] = field(default_factory=dict, init=False)

    @cached_property
    def names(self) -> dict[int, str]:
        """A name for each number; what would have the same is counted."""
        for operator in self.operators:
            self._relation[operator.number] = operator.named or self._given_by(operator)
        owners = self._owners()
        times: Counter[str] = Counter()
        return {
            each.number: AT_TABLES.get(each.kind) or _counted(self._name(each, owners), times)
            for each in self.operators
        }

    def require_short(self, place: object) -> None:
        """Refuse names that nobody can read at a glance.

        Args:
            place: the file that the names come from, for the message.

        Raises:
            HeadraceError: names those that are longer than `LONGEST`, and operators that have none.
        """
        long = [name for name in self.names.values() if len(name) > LONGEST or name.startswith(":")]
        if long:
            raise HeadraceError(
                f"{place}: expected names of 1 to {LONGEST} characters for operators, got: {'; '.join(long)}",
                "Give the view that the name begins with a shorter name.",
            )

    def _name(self, operator: Operator, owners: Mapping[int, str]) -> str:
        """The relation's for the last operator of it, else with what it does."""
        if operator.named or (self._relation[operator.number] and operator.number not in self._inner):
            return self._relation[operator.number]
        owner = self._relation[operator.number] or owners[operator.number]
        return f"{owner}: {WRITER.get(operator.kind, operator.kind)}"

    @cached_property
    def _inner(self) -> set[int]:
        """Operators of a relation that are not its last, or whose relation is the name of another one."""
        named = {each.named for each in self.operators}
        followed = {
            name for each in self.operators for name in self._read_by(each) & {self._relation[each.number]}
        }
        last = {self._relation[each.number]: each.number for each in self.operators}
        return {
            number
            for number, name in self._relation.items()
            if name in named or (name in followed and number != last[name])
        }

    def _given_by(self, operator: Operator) -> str:
        """The relation whose columns an operator gives; empty when there is none, and for what stands at a table."""
        if operator.kind in AT_TABLES:
            return ""
        read = self._read_by(operator)
        fitting = [
            name
            for name, relation in self.relations.items()
            if _same(relation.columns, operator.columns) and read <= {name, *self._upstream[name]}
        ]
        return min(fitting, key=lambda name: (name in read, self._depth(name)), default="")

    def _read_by(self, operator: Operator) -> set[str]:
        """The nearest relations above an operator."""
        read: set[str] = set()
        for number in operator.inputs:
            name = self._relation[number]
            read |= {name} if name in self.relations else self._read_by(self._by_number[number])
        return read

    def _owners(self) -> dict[int, str]:
        """The first relation, or sink, below each operator."""
        owners: dict[int, str] = {}
        for operator in reversed(self.operators):
            owner = self._relation[operator.number] or operator.writes or owners.get(operator.number, "")
            owners[operator.number] = owner
            for number in operator.inputs:
                owners[number] = min(filter(None, (owners.get(number), owner)), key=self._depth, default="")
        return owners

    def _depth(self, name: str) -> int:
        """A relation comes after those that it reads, a sink after all."""
        return len(self._upstream[name]) if name in self.relations else len(self.relations)

    @cached_property
    def _by_number(self) -> dict[int, Operator]:
        return {operator.number: operator for operator in self.operators}

    @cached_property
    def _upstream(self) -> dict[str, frozenset[str]]:
        above: dict[str, frozenset[str]] = {}
        for name, relation in self.relations.items():
            above[name] = relation.reads.union(*(above.get(each, frozenset()) for each in relation.reads))
        return above


def _same(named: tuple[str, ...], given: tuple[str, ...]) -> bool:
    return len(named) == len(given) > 0 and all(
        one == other or _MADE_UP.fullmatch(other) for one, other in zip(named, given)
    )


def _counted(name: str, times: Counter[str]) -> str:
    times[name] += 1
    return name if times[name] == 1 else f"{name} {times[name]}"
