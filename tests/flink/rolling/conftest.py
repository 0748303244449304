"""Runs ``rolling`` over rows that a test makes up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Callable

import pytest
from pyflink.table.types import BigIntType, DecimalType, DoubleType, IntType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headrace.runtime.session import Session

PLAIN = "'json.encode.decimal-as-plain-number' = 'true'"
COLUMNS = "id BIGINT, k BIGINT, t BIGINT, cents DECIMAL(18, 2), x DOUBLE, n BIGINT, s STRING, b BOOLEAN"
FUNCTIONS = {"rolling": "Rolling", "rolling_in_order": "RollingInOrder"}


def _as_it_is(value: Any) -> Any:
    return value


def _number(kind: Callable[[str], Any]) -> Callable[[str | None], Any]:
    return lambda text: None if text is None else kind(text)


READ = {
    DecimalType: _number(Decimal),
    DoubleType: _number(float),
    **dict.fromkeys((BigIntType, IntType), _number(int)),
}
"""How a number is read, by the type of its column; JSON does not tell a decimal from a double."""


def numbers_as_text(folder: Path) -> Iterator[dict[str, Any]]:
    """Rows of a table of JSON lines, columns in their order."""
    for path in sorted(folder.glob("part-*")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line, parse_float=str, parse_int=str)


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
        """The rows of a query, as Python values; by a file, since PyFlink takes a call to Java for each value."""
        folder = Path(mkdtemp(prefix="found_", dir=self.folder.parent))
        name = folder.name
        options = f"'connector' = 'filesystem', 'path' = '{folder.as_uri()}', 'format' = 'json', {PLAIN}"
        found = self.environment.sql_query(sql)
        read = [READ.get(type(of), _as_it_is) for of in found.get_schema().get_field_data_types()]
        self.environment.create_temporary_view(f"{name}_view", found)
        self.environment.execute_sql(
            f"CREATE TABLE `{name}` WITH ({options}) AS SELECT * FROM `{name}_view`"  # noqa: S608 -- our own names
        ).wait()
        return [
            tuple(convert(value) for convert, value in zip(read, row.values()))
            for row in numbers_as_text(folder)
        ]

    def by_id(self, sql: str) -> dict[int, tuple[Any, ...]]:
        """The rows of a query whose first column is the id."""
        return {row[0]: row[1:] for row in self.query(sql)}


@pytest.fixture
def make_table(open_session: Callable[..., Session], tmp_path: Path) -> Callable[..., Table]:
    def _make(lateness: str = "INTERVAL '1' DAY", **options: str) -> Table:
        return Table(open_session(**options), tmp_path / "rows", lateness)

    return _make
