"""A second oracle on a few entities: the declaration, carried out by Apache Beam."""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from headrace.parity.beam import ROW, VALUE, Element, Feature, run
from headrace.parity.declaration import milliseconds
from headrace.parity.oracle import ROWS
from headrace.tables.database import name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.parity.declaration import Window
    from headrace.parity.workbench import Workbench

ENTITIES = 8
ROWS_AT_MOST = 400
"""Of the busiest entities; Beam's runner for tests takes some milliseconds an event."""
_BEFORE, _WITH, _AFTER = 0, 1, 2


class Opinion(NamedTuple):
    """A computation by Beam, and the rows of the oracle that it is about.

    Attributes:
        called: the computation in the workbench.
        oracle: those rows.
        how: in a sentence.
    """

    called: str
    oracle: str
    how: str


def ask(bench: Workbench, oracle: str, folder: Path) -> Iterator[Opinion]:
    """Compute features of the busiest entities by Beam, those over the same events together.

    Args:
        bench: has the events and the oracle's computation; gets Beam's.
        oracle: what the oracle's computation is called.
        folder: for Beam's answers; must be there.
    """
    windows = sorted(bench.declaration.windows, key=_source)
    for number, (source, group) in enumerate(groupby(windows, key=_source)):
        together = [*group]
        entities = _busiest(bench, together[0].by)
        features = [
            Feature(feature, window.aggregate, length, window.empty)
            for window in together
            for feature, length in window.features().items()
        ]
        found = run(_elements(bench, together[0], entities), features, folder / f"beam-{number}.jsonl")
        called = f"Beam {number + 1}"
        rows = [{bench.key: key, **row} for key, row in found.items()]
        bench.keep(
            called, pd.DataFrame(rows, columns=[bench.key, *(each.name for each in features)]), typed=True
        )
        bench.keep_part(f"oracle of {called}", oracle, together[0].by, entities)
        events = f"{source[3]} of {source[0] or 'the rows'} by {source[1]}"
        how = f"{events}, {len(entities)} entities, out of order, by Apache Beam's state and timers"
        yield Opinion(called, f"oracle of {called}", how)


def _source(window: Window) -> tuple[str, ...]:
    return window.of, window.by, window.time, window.value, window.delay, window.ties


def _busiest(bench: Workbench, by: str) -> list[Any]:
    """The busiest entities whose rows, together, are not too many; at least one."""
    counted = f"SELECT {name(by)}, count(*) FROM {ROWS} WHERE {name(by)} IS NOT NULL GROUP BY 1"  # noqa: S608 -- names are the suite's own
    found = bench.connection.execute(f"{counted} ORDER BY 2 DESC, 1 LIMIT {ENTITIES}").fetchall()
    together = accumulate(rows for _, rows in found)
    few = [entity for (entity, _), rows in zip(found, together) if rows <= ROWS_AT_MOST]
    return few or [entity for entity, _ in found[:1]]


def _elements(bench: Workbench, window: Window, entities: list[Any]) -> Iterator[tuple[str, Element]]:
    """Values and rows; a row among its own values comes right after the one it brings."""
    rows, delay = bench.declaration.rows, milliseconds(window.delay)
    table, time = window.of or ROWS, window.time or rows.time
    order = rows.key if not window.of else time
    at_once = not window.of and not delay
    rank = _WITH if at_once else _BEFORE if window.ties == "before" or not window.of else _AFTER
    for number, (key, at, value) in enumerate(
        _events(bench, table, (window.by, time, window.value, order), entities)
    ):
        yield key, Element(at + delay, rank, 2 * number, VALUE, value)
    for number, (key, at, row) in enumerate(
        _events(bench, ROWS, (window.by, rows.time, name(rows.key), rows.key), entities)
    ):
        yield key, Element(at, _WITH, 2 * number + 1, ROW, row)


def _events(
    bench: Workbench, table: str, columns: tuple[str, str, str, str], entities: list[Any]
) -> list[Any]:
    by, time, value, order = columns
    query = f"SELECT CAST({name(by)} AS VARCHAR), epoch_ms({name(time)}), {value} FROM {name(table)}"  # noqa: S608 -- as above
    query += f" WHERE list_contains(?, {name(by)}) ORDER BY {name(order)}"
    return bench.connection.execute(query, [entities]).fetchall()
