"""The features of the fraud case are those of Flink's OVER windows, row by row, on the benchmark's data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from datasets.fraud.benchmark import benchmark
from datasets.fraud.tables import write_labels, write_transactions
from headrace.runtime import folders
from headrace.runtime.resolve import Step
from headrace.runtime.statement import Statement
from tests.local_tables import resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from headrace.runtime.session import Session

VIEWS = [Statement.read(path) for path in sorted((Path(__file__).parent / "fraud").glob("*.sql"))]
WINDOWS = ("1d", "7d", "30d")
LAST_DAY = 39
"""Long enough for labels, seven days late, to fill a window of thirty days and leave it."""
ENTITIES = {
    "customer": ("customer_features", "customer_count_{0}, customer_amount_avg_{0}"),
    "terminal": ("terminal_features", "fraud, terminal_count_{0}, terminal_fraud_avg_{0}"),
}


def some_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Payments of every sixtieth customer and at every sixtieth terminal: whole histories of both."""
    return frame.query("customer_id % 60 == 0 or terminal_id % 60 == 0")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    frame = some_of(benchmark(0, LAST_DAY))
    write_transactions(frame, folder, "transactions")
    write_labels(frame, folder)
    return folder


def in_order(views: list[Statement]) -> list[Statement]:
    """Shorter windows first: the longer ones read them."""
    return sorted(views, key=lambda view: WINDOWS.index(view.name.rpartition("_")[2]))


def write_both(session: Session, data: Path, entity: str) -> None:
    """Both forms of an entity's features, in one job each, as JSON lines."""
    view, columns = ENTITIES[entity]
    kept = ", ".join(dict.fromkeys(column for each in WINDOWS for column in columns.format(each).split(", ")))
    for name, source in (("ours", view), ("theirs", f"{entity}_over_30d")):
        query = f"SELECT transaction_id, {entity}_id AS entity, event_time, {kept} FROM {source}"  # noqa: S608 -- our own words
        target = f"CREATE TABLE {name} WITH ('connector' = 'filesystem', 'path' = '{data / entity / name}',"
        written = f"{target} 'format' = 'json') AS {query}"
        session.submit(Statement(name, data, written)).wait()


def differing(data: Path, entity: str) -> tuple[int, int]:
    """Rows, and rows in which both differ.

    Of rows of one entity and time, OVER shows all to each; here each sees those before it, so the last one is compared.
    """
    files = {name: f"'{data / entity / name}/part-*'" for name in ("ours", "theirs")}
    with duckdb.connect() as connection:
        for name, path in files.items():
            last = "ROW_NUMBER() OVER (PARTITION BY entity, event_time ORDER BY transaction_id DESC) = 1"
            source = f"read_json({path}, format = 'newline_delimited')"
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {source} QUALIFY {last}")  # noqa: S608 -- our own words
        differ = "(FROM ours EXCEPT ALL FROM theirs) UNION ALL (FROM theirs EXCEPT ALL FROM ours)"
        counted = connection.execute(f"SELECT (SELECT COUNT(*) FROM ours), (SELECT COUNT(*) FROM ({differ}))")  # noqa: S608 -- our own words
        rows, different = counted.fetchall()[0]
    return rows, different


@pytest.mark.flink
@pytest.mark.parametrize("entity", ENTITIES)
def test_features_are_those_of_over_windows(
    root: Path, data: Path, open_session: Callable[..., Session], entity: str
) -> None:
    session = open_session()
    steps = resolver(root, data).require(ENTITIES[entity][0])
    folders.create_folders(steps)
    session.create(steps)
    session.create(Step(view) for view in in_order(VIEWS) if view.name.startswith(entity))
    write_both(session, data, entity)
    rows, different = differing(data, entity)
    assert rows > 5_000
    assert different == 0
