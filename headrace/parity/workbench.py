"""A database with all computations of the features side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headrace.parity.certificate import Ties
from headrace.parity.comparison import compare, fingerprint
from headrace.parity.oracle import ROWS, compute
from headrace.tables.contract import Table
from headrace.tables.database import add_views, connect, name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from headrace.parity.comparison import Comparison
    from headrace.parity.declaration import Declaration


@dataclass(frozen=True)
class Workbench:
    """Computations of the same features, each a table.

    Args:
        declaration: what the features are meant to be.
        tables: of the use case.
    """

    declaration: Declaration
    tables: Mapping[str, Table]
    connection: duckdb.DuckDBPyConnection = field(default_factory=connect)

    @property
    def contract(self) -> Table:
        """The table whose columns the features are."""
        return self.tables[self.declaration.contract]

    @property
    def key(self) -> str:
        """The column that names a row."""
        return self.declaration.rows.key

    def load(self, folder: Path) -> None:
        """Take the events of the bounded history from a data folder."""
        for table in self.declaration.history.reads:
            self._take(table, self.tables[table], folder)

    def compute(self, called: str) -> None:
        """Compute the features from their declaration."""
        self.keep(called, compute(self.connection, self.declaration, self.contract))

    def take(self, called: str, table: str, folder: Path) -> None:
        """Take what a job wrote into a table of a data folder."""
        self._take(_features(called), self.tables[table], folder)

    def keep(self, called: str, found: Any, *, typed: bool = False) -> None:
        """Keep a computation that is an Arrow table or a pandas frame.

        Args:
            called: its name.
            found: its rows.
            typed: cast its columns to the types of the contract.
        """
        self.connection.register("found", found)
        types = {column.name: column.duckdb_type for column in self.contract.columns} if typed else {}
        columns = (
            f"CAST({name(each)} AS {types[each]}) AS {name(each)}" if typed else name(each)
            for each in self.connection.sql("FROM found").columns
        )
        query = f"SELECT {', '.join(columns)} FROM found"  # noqa: S608 -- quoted names
        self.connection.execute(f"CREATE TABLE {name(_features(called))} AS {query}")
        self.connection.unregister("found")

    def keep_part(self, called: str, of: str, by: str, entities: list[Any]) -> None:
        """Keep those rows of a computation that belong to some entities as one of its own."""
        query = f"SELECT * FROM {name(_features(of))} WHERE list_contains(?, {name(by)})"  # noqa: S608 -- quoted names
        self.connection.execute(f"CREATE TABLE {name(_features(called))} AS {query}", [entities])

    def rows(self, table: str) -> int:
        """How many rows of events a table has."""
        found = self.connection.execute(f"SELECT count(*) FROM {name(table)}").fetchone()  # noqa: S608 -- a quoted name
        return int((found or (0,))[0])

    def count(self, called: str) -> int:
        """How many rows a computation has."""
        return self.rows(_features(called))

    def fingerprint(self, called: str) -> str:
        """SHA-256 of the rows of a computation."""
        return fingerprint(self.connection, self._columns_of(called), self.key, _features(called))

    def compare(self, left: str, right: str, tolerances: Mapping[str, float]) -> Comparison:
        """Compare two computations in the columns that the left one has."""
        names = {left: _features(left), right: _features(right)}
        return compare(self.connection, self._columns_of(left), self.key, names, tolerances)

    def ties(self) -> list[Ties]:
        """Rows that share entity and moment with another, by each entity whose windows hold the rows themselves."""
        entities = dict.fromkeys(window.by for window in self.declaration.windows if not window.of)
        return [self._ties(by) for by in entities]

    def _ties(self, by: str) -> Ties:
        same = f"count(*) OVER (PARTITION BY {name(by)}, {name(self.declaration.rows.time)})"
        query = f"SELECT {name(self.key)} FROM {ROWS} QUALIFY {same} > 1 ORDER BY ALL"  # noqa: S608 -- names are the suite's own
        keys = [row[0] for row in self.connection.execute(query).fetchall()]
        return Ties(by=by, rows=len(keys), keys=keys)

    def _columns_of(self, called: str) -> Table:
        there = {*self.connection.sql(f"FROM {name(_features(called))}").columns}
        columns = tuple(column for column in self.contract.columns if column.name in there)
        return Table(self.contract.name, columns)

    def _take(self, kept_as: str, table: Table, folder: Path) -> None:
        add_views(self.connection, [table], folder, "files")
        self.connection.execute(f"CREATE TABLE {name(kept_as)} AS FROM files.{name(table.name)}")
        self.connection.execute(f"DROP VIEW files.{name(table.name)}")


def _features(called: str) -> str:
    return f"features of {called}"
