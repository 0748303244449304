"""What a pipeline needs, found by the names it mentions, in the order in which it must be created."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from headrace.runtime.suite import UseCase

DEFAULT = "default_database"
CONTRACTS = "contracts"
SINKS = "sinks"


@dataclass(frozen=True)
class Step:
    """A statement to execute.

    Attributes:
        statement: the statement, its placeholders replaced.
        database: the database that must be current.
        conforms_to: the contract whose columns it must have, when a view stands in for it.
    """

    statement: Statement
    database: str = DEFAULT
    conforms_to: str = ""


@dataclass
class Resolver:
    """Orders what is needed: contracts before bindings, sources before views, functions before calls.

    Args:
        use_case: the SQL of the use case.
        bindings: contract name → its ``CREATE TABLE`` in the environment.
        environment: the environment's name, for messages.
        values: what stands for each ``${NAME}``.
        views: contract name → the view read in its place.
    """

    use_case: UseCase
    bindings: Mapping[str, Statement]
    environment: str
    values: Mapping[str, str]
    views: Mapping[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list, init=False)
    _done: set[str] = field(default_factory=set, init=False)
    _open: list[str] = field(default_factory=list, init=False)

    def need(self, statement: Statement) -> list[Step]:
        """All steps that must come before a statement, in order, those found before included.

        Raises:
            HeadraceError: on an unbound contract, a cycle or a ``${NAME}`` without value.
        """
        for name in sorted(statement.mentions):
            self._require(name, statement)
        for name in sorted(statement.sinks):
            self._require_sink(name, statement)
        return self.steps

    def require(self, name: str) -> list[Step]:
        """All steps that create an object, its own included; a contract itself is ``contracts.name``.

        Raises:
            HeadraceError: as :meth:`need`, and when the use case has no object of that name.
        """
        bare = name.split(".", 1)[-1]
        if bare not in (self.use_case.contracts if bare != name else self.known_names):
            close = difflib.get_close_matches(name, self.known_names, n=1)
            hint = f"Did you mean {close[0]}?" if close else ""
            raise HeadraceError(f"{self.use_case.name} has no object named {name!r}", hint)
        self._require(name, Statement(bare, self._path(bare), ""))
        return self.steps

    def require_sink(self, contract: str) -> list[Step]:
        """As :meth:`require`, of ``sinks.contract``, the table that is written."""
        self._require_sink(contract, Statement(contract, self._path(contract), ""))
        return self.steps

    @property
    def known_names(self) -> list[str]:
        """Names of the contracts, views and functions."""
        return sorted({*self.use_case.contracts, *self.use_case.views, *self.use_case.functions})

    def _known(self, name: str) -> bool:
        return name.startswith(f"{CONTRACTS}.") or name in self.known_names

    def _path(self, name: str) -> Path:
        objects = {**self.use_case.functions, **self.use_case.views, **self.use_case.contracts}
        return objects[name].path

    def _require(self, name: str, asked_by: Statement) -> None:
        if name in self._done or not self._known(name):
            return
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            place = f"{asked_by.path}:{_line_of_name(asked_by, name)}"
            raise HeadraceError(f"{place}: {circle} is a circle", "A view can not read itself.")
        self._open.append(name)
        self._create(name, asked_by)
        self._open.pop()
        self._done.add(name)

    def _create(self, name: str, asked_by: Statement) -> None:
        if name.startswith(f"{CONTRACTS}."):
            self._add(Step(self._contract(name, asked_by), CONTRACTS))
        elif name in self.views:
            self._add(Step(self._stand_in(name), conforms_to=name))
        elif name in self.use_case.contracts or name in self.bindings:
            self._add(Step(self._binding(name, _line_of_name(asked_by, name), asked_by)))
        else:
            self._add(Step({**self.use_case.views, **self.use_case.functions}[name]))

    def _require_sink(self, name: str, asked_by: Statement) -> None:
        if f"{SINKS}.{name}" not in self._done:
            self._done.add(f"{SINKS}.{name}")
            line = _line_of_name(asked_by, f"{SINKS}.{name}")
            self._add(Step(self._binding(name, line, asked_by), SINKS))

    def _add(self, step: Step) -> None:
        self.need(step.statement)
        if step.conforms_to:
            self._require(f"{CONTRACTS}.{step.conforms_to}", step.statement)
        self.steps.append(step)

    def _contract(self, qualified: str, asked_by: Statement) -> Statement:
        name = qualified.split(".", 1)[1]
        if name not in self.use_case.contracts:
            raise HeadraceError(
                f"{asked_by.path}:{_line_of_name(asked_by, qualified)}: there is no contract {name!r}",
                f"Expected sql/{self.use_case.name}/contracts/{name}.sql.",
            )
        return self.use_case.contracts[name]

    def _binding(self, name: str, line: int, asked_by: Statement) -> Statement:
        if name not in self.bindings:
            raise HeadraceError(
                f"{asked_by.path}:{line}: contract {name} is not bound in environment {self.environment}",
                f"Expected connectors/{self.environment}/{self.use_case.name}/{name}.sql.",
            )
        return self.bindings[name].bound(self.values)

    def _stand_in(self, contract: str) -> Statement:
        view = self.views[contract]
        if view not in self.use_case.views:
            raise HeadraceError(
                f"contract {contract} is bound to view {view}, which does not exist",
                f"Views of {self.use_case.name}: {', '.join(sorted(self.use_case.views))}.",
            )
        text = f"CREATE TEMPORARY VIEW {contract} AS SELECT * FROM {view}"  # noqa: S608 -- both are names of files of the suite
        return Statement(contract, self.use_case.views[view].path, text)


def resolve(resolver: Resolver, statements: Iterable[Statement]) -> list[Step]:
    """The steps for several statements at once, each object created once.

    Raises:
        HeadraceError: as :meth:`Resolver.need`.
    """
    for statement in statements:
        resolver.need(statement)
    return resolver.steps


def _line_of_name(statement: Statement, name: str) -> int:
    found = re.search(rf"(?<![\w.]){re.escape(name)}\b", statement.code)
    return statement.line_of(found.start() if found else 0)
