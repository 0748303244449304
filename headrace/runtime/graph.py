"""A planned job as Flink's planner gives it: its operators, and their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headrace.runtime.naming import Operator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NUMBERED = re.compile(r"(.+)\[\d+\]$")
_SCAN = re.compile(r"TableSourceScan\(table=\[\[\w+, \w+, (\w+)")
_KAFKA = re.compile(r"KafkaSource-.*\.(\w+)$")
_UID = re.compile(r"ProcessTableFunction\(.*\buid=\[([^\]]+)\]", re.DOTALL)
_NO_OPERATOR = frozenset({"PartitionTransformation", "UnionTransformation"})
_SINK = "SinkTransformation"


class Graph:
    """The transformations of a job.

    Args:
        sinks: what Flink calls transformations: the last ones, from which all others can be reached.
        tables: the table that each of them writes.
    """

    def __init__(self, sinks: Sequence[Any], tables: Sequence[str]) -> None:
        self._transformations: dict[int, Any] = {}
        self._inputs: dict[int, list[int]] = {}
        for sink in sinks:
            self._visit(sink)
        self._tables = {sink.getId(): table for sink, table in zip(sinks, tables)}
        self.operators = [
            self._operator(number, each)
            for number, each in self._transformations.items()
            if not _passes_on(each)
        ]

    def rename(self, names: Mapping[int, str]) -> None:
        """Give operators names, by number; what each does stays in its description."""
        for number, name in names.items():
            self._transformations[number].setName(name)

    def _visit(self, transformation: Any) -> None:
        """Note a transformation after those that it reads."""
        number = transformation.getId()
        if number in self._inputs:
            return
        read = list(transformation.getInputs())
        self._inputs[number] = [each.getId() for each in read]
        for each in read:
            self._visit(each)
        self._transformations[number] = transformation

    def _operator(self, number: int, transformation: Any) -> Operator:
        name = transformation.getName()
        numbered = _NUMBERED.match(name)
        return Operator(
            number=number,
            kind=numbered.group(1) if numbered else name,
            columns=_columns(transformation),
            inputs=tuple(dict.fromkeys(self._read_through(number))),
            named=self._own_name(number, transformation),
            writes=self._tables.get(number, ""),
        )

    def _own_name(self, number: int, transformation: Any) -> str:
        """The table of a source or of a sink that bears its name, the ``uid`` of a process table function."""
        name, description = transformation.getName(), transformation.getDescription() or ""
        if not self._inputs[number]:
            found = _SCAN.search(description) or _KAFKA.match(name) or _NUMBERED.match(name)
            return found.group(1) if found else name
        table = self._tables.get(number, "")
        if table and name.startswith(f"{table}["):
            return table
        uid = _UID.search(description)
        return uid.group(1) if uid else ""

    def _read_through(self, number: int) -> list[int]:
        """What an operator reads, shuffles and unions looked through."""
        read: list[int] = []
        for each in self._inputs[number]:
            read += self._read_through(each) if _passes_on(self._transformations[each]) else [each]
        return read


def _passes_on(transformation: Any) -> bool:
    return transformation.getClass().getSimpleName() in _NO_OPERATOR


def _columns(transformation: Any) -> tuple[str, ...]:
    """Names of the columns of a transformation that gives rows; none of others."""
    kind = transformation.getOutputType()
    rows = kind is not None and kind.getClass().getSimpleName() == "InternalTypeInfo"
    return tuple(kind.toRowFieldNames()) if rows else ()
