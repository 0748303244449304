"""A suite: the folder with sql/, connectors/, flink-conf/, jobs/ and udfs/ side by side."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement

_PACKAGE = Path(__file__).resolve().parent.parent


def find_root(chosen: str | None = None) -> Path:
    """The suite's folder: the chosen one, else ``HEADRACE_ROOT``, else the one this package came with.

    Raises:
        HeadraceError: when the folder has no sql/.
    """
    named = chosen or os.environ.get("HEADRACE_ROOT")
    candidates = [Path(named)] if named else [_PACKAGE.parent, _PACKAGE / "suite"]
    for candidate in candidates:
        if (candidate / "sql").is_dir():
            return candidate.resolve()
    raise HeadraceError(
        f"no suite in {', '.join(map(str, candidates))}: expected a folder that holds sql/ and connectors/",
        "Pass --root or set HEADRACE_ROOT.",
    )


@dataclass(frozen=True)
class UseCase:
    """The SQL of one use case, by kind and name.

    Attributes:
        name: the folder's name under sql/.
        contracts: schema-only tables.
        views: queries over contracts and views.
        functions: registrations of user-defined functions.
        pipelines: statement sets that jobs run.
    """

    name: str
    contracts: dict[str, Statement] = field(default_factory=dict)
    views: dict[str, Statement] = field(default_factory=dict)
    functions: dict[str, Statement] = field(default_factory=dict)
    pipelines: dict[str, Statement] = field(default_factory=dict)

    def pipeline(self, name: str) -> Statement:
        """The pipeline of a name.

        Raises:
            HeadraceError: names those that exist.
        """
        if name not in self.pipelines:
            known = ", ".join(sorted(self.pipelines))
            raise HeadraceError(f"{self.name} has no pipeline {name!r}; it has: {known}")
        return self.pipelines[name]


@dataclass(frozen=True)
class Suite:
    """A suite on disk.

    Args:
        root: the folder that holds sql/ and connectors/.
    """

    root: Path

    @property
    def use_cases(self) -> list[str]:
        """Names of the use cases, sorted."""
        return _folders(self.root / "sql")

    @property
    def environments(self) -> list[str]:
        """Names of the environments, sorted."""
        return _folders(self.root / "connectors")

    def use_case(self, name: str, *, by_row: bool = False) -> UseCase:
        """Read the SQL of a use case.

        Args:
            name: a folder under sql/.
            by_row: whether Python functions see one row at a time: then those in ``functions/by_row/`` stand in for
                those of their names in ``functions/``.

        Raises:
            HeadraceError: when there is none of that name, or a file breaks a rule of :class:`Statement`.
        """
        folder = self.root / "sql" / _known(name, self.use_cases, "use case")
        contracts, views, functions, pipelines = (
            _statements(folder / kind) for kind in ("contracts", "views", "functions", "pipelines")
        )
        if by_row:
            functions = {**functions, **_statements(folder / "functions" / "by_row")}
        return UseCase(name, contracts, views, functions, pipelines)

    def bindings(self, environment: str, use_case: str) -> dict[str, Statement]:
        """The ``CREATE TABLE`` of each contract an environment binds, those it extends included.

        Raises:
            HeadraceError: when there is no such environment, or those that extend each other go in a circle.
        """
        folders = [self.root / "connectors" / name for name in self.lineage(environment)]
        return {name: each for folder in folders for name, each in _statements(folder / use_case).items()}

    def lineage(self, environment: str) -> list[str]:
        """The environments an environment is made of, the one it rests on first, itself last.

        Raises:
            HeadraceError: when one does not exist, or they go in a circle.
        """
        names = [_known(environment, self.environments, "environment")]
        while (extends := self.root / "connectors" / names[0] / "EXTENDS").is_file():
            above = extends.read_text(encoding="utf-8").strip()
            if above in names:
                circle = " → ".join([*reversed(names), above])
                raise HeadraceError(
                    f"{extends}: {circle} is a circle", "An environment can not extend itself."
                )
            names.insert(0, _known(above, self.environments, "environment", f"{extends}: "))
        return names


def _folders(folder: Path) -> list[str]:
    return sorted(
        child.name for child in folder.iterdir() if child.is_dir() and not child.name.startswith("_")
    )


def _known(name: str, names: list[str], kind: str, place: str = "") -> str:
    if name not in names:
        raise HeadraceError(f"{place}there is no {kind} {name!r}; there are: {', '.join(names)}")
    return name


def _statements(folder: Path) -> dict[str, Statement]:
    return {path.stem: Statement.read(path) for path in sorted(folder.glob("*.sql"))}
