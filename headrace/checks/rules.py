"""What SQL files must keep to beyond being valid Flink SQL.

A rule is a function of a statement that yields where it is broken and how: a new rule is a new function, and its line
in :data:`RULES`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement
from headrace.tables.contract import items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from headrace.runtime.suite import Suite

Broken = tuple[int, str]
"""A character position in a statement's text, and what is wrong there."""

Rule = Callable[[Statement], "Iterator[Broken]"]

_STAR = re.compile(r"\bSELECT\s+(?:DISTINCT\s+)?(?:\w+\.)?\*|,\s*\w+\.\*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$\{\w+(?::-[^}]*)?\}")
_OPTIONS = re.compile(r"\bWITH\s*\(", re.IGNORECASE)
_VIEW = re.compile(r"CREATE\s+(?:TEMPORARY\s+)?VIEW\b", re.IGNORECASE)
_TEMPORARY_VIEW = re.compile(r"CREATE\s+TEMPORARY\s+VIEW\b", re.IGNORECASE)
_INSERT = re.compile(r"\bINSERT\s+INTO\s+([\w.]+)", re.IGNORECASE)
_NO_COLUMN = re.compile(r"(?:PRIMARY\s+KEY|CONSTRAINT|WATERMARK)\b", re.IGNORECASE)
_COMMENT = re.compile(r"\bCOMMENT\b", re.IGNORECASE)
_WATERMARK = re.compile(r"WATERMARK\s+FOR\b", re.IGNORECASE)
_LIKE_CONTRACT = re.compile(r"\bLIKE\s+contracts\.(\w+)", re.IGNORECASE)
_METADATA = re.compile(r"\bMETADATA\b", re.IGNORECASE)


@dataclass(frozen=True)
class SqlFile:
    """A statement as it was read, or what kept it from being read.

    Attributes:
        path: the file.
        kind: the folder that says what it is: ``contracts``, ``views``, ``functions``, ``pipelines``, ``bindings``.
        error: why it could not be read; empty when it could.
        statement: what it holds; None when it could not be read.
    """

    path: Path
    kind: str
    error: str = ""
    statement: Statement | None = None


def read_files(suite: Suite) -> list[SqlFile]:
    """All SQL files of a suite, those that can not be read included."""
    sql = [
        (path, path.parent.name)
        for kind in ("contracts", "views", "functions", "pipelines")
        for path in sorted((suite.root / "sql").glob(f"*/{kind}/*.sql"))
    ]
    bindings = [(path, "bindings") for path in sorted((suite.root / "connectors").glob("*/*/*.sql"))]
    return [_read(path, kind) for path, kind in sql + bindings]


def broken_rules(file: SqlFile) -> Iterator[str]:
    """What is wrong with a file, each with ``file:line``."""
    if file.statement is None:
        yield file.error
        return
    for rule in RULES[file.kind]:
        for position, said in rule(file.statement):
            yield f"{file.path}:{file.statement.line_of(position)}: {said}"


def starts_with_a_comment(statement: Statement) -> Iterator[Broken]:
    """A file says first what one row, or one call, is."""
    if not statement.text.startswith("--"):
        yield 0, "expected a comment that says what one row is"


def names_its_columns(statement: Statement) -> Iterator[Broken]:
    """``SELECT *`` takes in what somebody adds later."""
    for found in _STAR.finditer(statement.code):
        yield found.start(), "expected the names of columns, found *"


def is_the_same_everywhere(statement: Statement) -> Iterator[Broken]:
    """Where tables are is said in connectors/, nowhere else."""
    for found in _PLACEHOLDER.finditer(statement.text):
        yield found.start(), f"{found.group()} belongs into connectors/"
    for found in _OPTIONS.finditer(statement.code):
        yield found.start(), "options of a connector belong into connectors/"


def is_temporary(statement: Statement) -> Iterator[Broken]:
    """A view that is not temporary stays in a catalog and outlives the file."""
    if not _TEMPORARY_VIEW.match(statement.code.lstrip()):
        yield 0, "expected CREATE TEMPORARY VIEW"


def is_in_contracts(statement: Statement) -> Iterator[Broken]:
    """A contract is not the table that reads or writes it."""
    if statement.declares != f"contracts.{statement.name}":
        yield 0, f"expected CREATE TABLE contracts.{statement.name}"


def comments_its_columns(statement: Statement) -> Iterator[Broken]:
    """A column says what it is and its unit."""
    for position, item in items(statement):
        if not _NO_COLUMN.match(item) and not _COMMENT.search(item):
            yield position, f"column {item.split(None, 1)[0]} has no COMMENT"


def has_a_watermark(statement: Statement) -> Iterator[Broken]:
    """A contract says how long it waits for late rows, itself or by the contract it is like."""
    own = any(_WATERMARK.match(item) for _, item in items(statement))
    if not own and not _LIKE_CONTRACT.search(statement.code):
        yield 0, f"contract {statement.name} has no watermark"


def writes_to_sinks(statement: Statement) -> Iterator[Broken]:
    """A pipeline writes to the tables that an environment binds as its outputs."""
    for found in _INSERT.finditer(statement.code):
        if not found.group(1).lower().startswith("sinks."):
            yield found.start(1), f"expected INSERT INTO sinks.{found.group(1)}"


def is_like_its_contract(statement: Statement) -> Iterator[Broken]:
    """A binding takes its columns over; an environment's own form of a view has none to take."""
    if is_view(statement):
        return
    found = _LIKE_CONTRACT.search(statement.code)
    if found is None or found.group(1) != statement.name:
        yield found.start() if found else 0, f"expected LIKE contracts.{statement.name}"


_IN_SQL: tuple[Rule, ...] = (starts_with_a_comment, names_its_columns, is_the_same_everywhere)
RULES: Mapping[str, tuple[Rule, ...]] = {
    "contracts": (*_IN_SQL, is_in_contracts, comments_its_columns, has_a_watermark),
    "views": (*_IN_SQL, is_temporary),
    "functions": _IN_SQL,
    "pipelines": (*_IN_SQL, writes_to_sinks),
    "bindings": (starts_with_a_comment, is_like_its_contract),
}
"""Which rules hold for which files."""


def misbound(suite: Suite, files: list[SqlFile]) -> Iterator[str]:
    """Bindings of what does not exist, and columns that belong into the contract, each with ``file:line``."""
    for file in files:
        if file.kind == "bindings" and file.statement is not None:
            kind = "view" if is_view(file.statement) else "contract"
            bound = suite.root / "sql" / file.path.parent.name / f"{kind}s" / file.path.name
            if not bound.is_file():
                yield f"{file.path}:1: there is no {kind} {file.path.stem}: expected {bound}"
            elif kind == "contract":
                yield from _own_columns(file.statement, _metadata_columns(Statement.read(bound)))


def is_view(statement: Statement) -> bool:
    """Whether a statement creates a view."""
    return bool(_VIEW.match(statement.code.lstrip()))


def _own_columns(binding: Statement, brought: set[str]) -> Iterator[str]:
    for position, item in items(binding):
        name = item.split(None, 1)[0]
        if name not in brought and not _METADATA.search(item):
            where = f"{binding.path}:{binding.line_of(position)}"
            yield f"{where}: column {name} belongs into the contract; a binding has metadata columns only"


def _metadata_columns(contract: Statement) -> set[str]:
    return {item.split(None, 1)[0] for _, item in items(contract) if _METADATA.search(item)}


def _read(path: Path, kind: str) -> SqlFile:
    try:
        return SqlFile(path, kind, statement=Statement.read(path))
    except HeadraceError as error:
        return SqlFile(path, kind, error=error.args[0])
