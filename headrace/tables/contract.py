"""What a contract promises, read from its file: columns, key and the column that carries the watermark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.runtime.statement import Statement
    from headrace.runtime.suite import UseCase

_LIKE = re.compile(r"\bLIKE\s+(?:contracts\.)?(\w+)", re.IGNORECASE)
_KEY = re.compile(r"PRIMARY\s+KEY\s*\(([^)]*)\)", re.IGNORECASE)
_WATERMARK = re.compile(r"WATERMARK\s+FOR\s+(\w+)", re.IGNORECASE)
_COMPUTED = re.compile(r"\w+\s+AS\b", re.IGNORECASE)
_COLUMN = re.compile(r"(\w+)\s+(\w+(?:\s*\([\d\s,]*\))?)")
_COMMENT = re.compile(r"\s*'((?:[^']|'')*)'")
_REQUIRED = re.compile(r"\bNOT\s+NULL\b", re.IGNORECASE)
_NESTED = re.compile(r"\b(?:ARRAY|MAP|MULTISET|ROW)\s*<(?:[^<>]|<[^<>]*>)*>", re.IGNORECASE)

_DUCKDB_TYPES = {
    **{
        name: name for name in ("BIGINT", "SMALLINT", "TINYINT", "DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIME")
    },
    **dict.fromkeys(("INT", "INTEGER"), "INTEGER"),
    **dict.fromkeys(("STRING", "VARCHAR", "CHAR"), "VARCHAR"),
    **dict.fromkeys(("BYTES", "BINARY", "VARBINARY"), "BLOB"),
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPTZ",
}


@dataclass(frozen=True)
class Column:
    """A column that stands in the files of a table.

    Attributes:
        name: its name.
        type: its type in Flink's words, upper case; ``JSON`` for arrays, maps and rows.
        required: whether it is NOT NULL.
    """

    name: str
    type: str
    required: bool = False

    @property
    def duckdb_type(self) -> str:
        """The type that DuckDB gives it; JSON for what has no plain equivalent."""
        base = self.type.split("(", 1)[0].strip()
        if base in {"DECIMAL", "NUMERIC"}:
            return self.type.replace("NUMERIC", "DECIMAL")
        return _DUCKDB_TYPES.get(base, "JSON")


@dataclass(frozen=True)
class Table:
    """A table as its contract declares it.

    Attributes:
        name: its name, and that of its folder.
        columns: the columns in its files; computed ones are left out.
        key: names of the primary key's columns; empty when it has none.
        time: name of the column that carries the watermark; empty when none does.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    time: str = ""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def read_tables(use_case: UseCase) -> dict[str, Table]:
    """The tables of all contracts of a use case, by name.

    Raises:
        HeadraceError: names file and line of a column or a ``LIKE`` that can not be read.
    """
    return {name: read_table(use_case, name) for name in use_case.contracts}


def read_table(use_case: UseCase, name: str) -> Table:
    """The table of one contract, what it takes over with ``LIKE`` included.

    Raises:
        HeadraceError: as :func:`read_tables`; when there is no such contract, says which there are.
    """
    statement = _contract(use_case, name)
    base = _base(use_case, statement)
    declared = [item for _, item in items(statement)]
    columns = tuple(_columns(statement))
    key = tuple(part.strip() for item in declared for part in _found(_KEY, item).split(",") if part.strip())
    time = next(filter(None, (_found(_WATERMARK, item) for item in declared)), "")
    return Table(name, base.columns + columns, key or base.key, time or base.time)


def comments(use_case: UseCase, name: str) -> dict[str, str]:
    """What the columns of a contract mean: their COMMENT by name, what it takes over with ``LIKE`` included.

    Raises:
        HeadraceError: as :func:`read_table`.
    """
    statement = _contract(use_case, name)
    base = _LIKE.search(statement.code)
    found = comments(use_case, base.group(1)) if base else {}
    for position, item in items(statement):
        said = (
            _COMMENT.match(statement.text, position + len(item)) if item.upper().endswith("COMMENT") else None
        )
        if said:
            found[item.split(None, 1)[0]] = said.group(1).replace("''", "'")
    return found


def _contract(use_case: UseCase, name: str) -> Statement:
    if name not in use_case.contracts:
        known = ", ".join(sorted(use_case.contracts))
        raise HeadraceError(f"{use_case.name} has no contract {name!r}; it has: {known}")
    return use_case.contracts[name]


def _base(use_case: UseCase, statement: Statement) -> Table:
    found = _LIKE.search(statement.code)
    if found is None:
        return Table(statement.name, ())
    if found.group(1) not in use_case.contracts:
        raise HeadraceError(
            f"{statement.path}:{statement.line_of(found.start())}: there is no contract {found.group(1)!r}",
            f"Contracts of {use_case.name}: {', '.join(sorted(use_case.contracts))}.",
        )
    return read_table(use_case, found.group(1))


def _columns(statement: Statement) -> Iterator[Column]:
    for position, item in items(statement):
        if _KEY.search(item) or _WATERMARK.match(item) or _COMPUTED.match(item):
            continue
        found = _COLUMN.match(item)
        if found is None:
            where = f"{statement.path}:{statement.line_of(position)}"
            raise HeadraceError(f"{where}: expected a column (name TYPE …), found {item!r}")
        yield Column(found.group(1), re.sub(r"\s", "", found.group(2)).upper(), bool(_REQUIRED.search(item)))


def _found(pattern: re.Pattern[str], item: str) -> str:
    match = pattern.search(item)
    return match.group(1) if match else ""


def items(statement: Statement) -> Iterator[tuple[int, str]]:
    """Position and text of each part between the commas of ``CREATE TABLE name ( … )``; literals are blanked."""
    code = _NESTED.sub(lambda match: "JSON".ljust(len(match.group())), statement.code)
    opened = re.compile(rf"(?<![\w.]){re.escape(statement.declares)}\s*\(").search(code)
    depth, first = 1, opened.end() if opened else len(code)
    for position in range(first, len(code)):
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        if depth == 0 or (depth == 1 and code[position] == ","):
            text = code[first:position]
            yield first + len(text) - len(text.lstrip()), text.strip()
            first = position + 1
        if depth == 0:
            return
