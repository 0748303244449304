"""Runs ``rolling`` over rows that a test makes up."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Callable

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headrace.runtime.session import Session

COLUMNS = "id BIGINT, k BIGINT, t BIGINT, cents DECIMAL(18, 2), x DOUBLE, n BIGINT, s STRING, b BOOLEAN"
FUNCTIONS = {"rolling": "Rolling", "rolling_in_order": "RollingInOrder"}


@dataclass
class Table:
    """Rows in a file, and queries over them.

    Args:
        session: where the table ``rows`` is created: the columns above, and ``event_time`` from ``t`` with a watermark.
        folder: where the file goes.
        lateness: how far the watermark stays behind, as an SQL interval.
    """

    session: Session
    folder: Path
    lateness: str = "INTERVAL '1' DAY"
    _numbers: Iterable[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.environment = self.session.environment
        for name, java in FUNCTIONS.items():
            self.environment.execute_sql(
                f"CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS {name} AS 'headrace.operators.{java}' LANGUAGE JAVA"
            )
        self.environment.execute_sql(
            f"CREATE TABLE `rows` ({COLUMNS}, event_time AS TO_TIMESTAMP_LTZ(t, 3),"
            f" WATERMARK FOR event_time AS event_time - {self.lateness}) WITH ("
            f" 'connector' = 'filesystem', 'path' = '{self.folder.as_uri()}',"
            " 'format' = 'csv', 'csv.null-literal' = '')"
        )

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows of the columns above in the order in which they arrive; None is NULL."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [",".join("" if value is None else str(value) for value in row) for row in rows]
        (self.folder / "rows.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, as Python values."""
        with self.environment.execute_sql(sql).collect() as rows:
            return [tuple(row) for row in rows]

    def by_id(self, sql: str) -> dict[int, tuple[Any, ...]]:
        """The rows of a query whose first column is the id."""
        return {row[0]: row[1:] for row in self.query(sql)}


@pytest.fixture
def make_table(open_session: Callable[..., Session], tmp_path: Path) -> Callable[..., Table]:
    def _make(lateness: str = "INTERVAL '1' DAY", **options: str) -> Table:
        return Table(open_session(**options), tmp_path / "rows", lateness)

    return _make
