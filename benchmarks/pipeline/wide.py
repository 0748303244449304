"""More features than the shipped ones: which they are, and a suite that computes, writes and scores them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.pipeline.suite import CONSTANT_FEATURES, MORE, SHIPPED_WINDOWS, copied, make_suite, replaced

if TYPE_CHECKING:
    from pathlib import Path

AGGREGATES = {
    "customer": (
        "count",
        "avg(amount)",
        "sum(amount)",
        "max(amount)",
        "min(amount)",
        "stddev(amount)",
        "last(amount)",
        "distinct(terminal_id)",
    ),
    "terminal": (
        "count(fraud)",
        "avg(fraud)",
        "sum(fraud)",
        "max(fraud)",
        "min(fraud)",
        "stddev(fraud)",
        "last(fraud)",
        "distinct(fraud)",
    ),
}
"""Of each entity; the first two are the shipped ones. Those of a terminal are of its verdicts, as the shipped ones."""
SHIPPED_AGGREGATES = 2
LAST = {"customer": "customer_amount_avg_30d", "terminal": "terminal_fraud_avg_30d"}
"""The last shipped feature of each entity: wherever SQL names it, the further ones are named behind it."""


@dataclass(frozen=True)
class Addition:
    """A feature beside the shipped ones: a DOUBLE, 0 where SQL says NULL.

    Attributes:
        entity: ``customer`` or ``terminal``.
        aggregate: as ``rolling`` is told.
        window: the same.
    """

    entity: str
    aggregate: str
    window: str

    @property
    def name(self) -> str:
        """Its column.

        >>> Addition("customer", "sum(amount)", "2d").name, Addition("customer", "count", "2d").name
        ('customer_amount_sum_2d', 'customer_count_2d')
        """
        return "_".join(filter(None, (self.entity, self.column, self.function, self.window)))

    @property
    def function(self) -> str:
        """What is computed: ``sum`` of ``sum(amount)``."""
        return self.aggregate.partition("(")[0]

    @property
    def column(self) -> str:
        """Of which column; empty where rows themselves are counted."""
        return self.aggregate.rstrip(")").partition("(")[2]


@dataclass(frozen=True)
class Width:
    """How much is computed of each of the two entities.

    Attributes:
        windows: of an entity, the shipped three among them.
        aggregates: of each window, the shipped two among them.
    """

    windows: int
    aggregates: int

    @property
    def features(self) -> int:
        """Features of a payment, those among them that need no window."""
        return CONSTANT_FEATURES + len(AGGREGATES) * self.windows * self.aggregates

    @property
    def names(self) -> tuple[str, ...]:
        """The windows, the shipped ones first."""
        return (*SHIPPED_WINDOWS, *MORE)[: self.windows]

    def additions(self, entity: str) -> list[Addition]:
        """The features of an entity beside the shipped ones."""
        aggregates = AGGREGATES[entity]
        return [
            Addition(entity, aggregate, window)
            for window in self.names
            for aggregate in aggregates[: self.aggregates]
            if window not in SHIPPED_WINDOWS or aggregate not in aggregates[:SHIPPED_AGGREGATES]
        ]


WIDTHS = {width.features: width for width in (Width(6, 4), Width(12, 4), Width(12, 8))}
"""By the number of features."""


def make_wide_suite(folder: Path, shipped: Path, width: Width) -> Path:
    """A folder that shows a suite with more features, on every way from the windows to the model and the topics.

    Args:
        folder: must not exist.
        shipped: the suite that is measured.
        width: how many.

    Raises:
        HeadraceError: when a view that computes features does not have the shipped windows and aggregates.
    """
    make_suite(folder, shipped)
    for path in sorted((copied(folder / "sql") / "fraud").glob("*/*.sql")):
        path.write_text(_widened(path, width), encoding="utf-8")
    return folder


def _widened(path: Path, width: Width) -> str:
    text = path.read_text(encoding="utf-8")
    entity = next((each for each in AGGREGATES if f"prefix => '{each}_'" in text), "")
    lines = (_with_more(line, width, computed=entity) for line in text.splitlines())
    found = "".join(f"{line}\n" for line in lines)
    if not entity:
        return found
    found = replaced(path, found, _told("windows", SHIPPED_WINDOWS), _told("windows", width.names))
    few, many = AGGREGATES[entity][:SHIPPED_AGGREGATES], AGGREGATES[entity][: width.aggregates]
    return replaced(path, found, _told("aggregates", few), _told("aggregates", many))


def _with_more(line: str, width: Width, computed: str) -> str:
    """A line, and behind it the same of each further feature, if it is about the last shipped one of an entity.

    Args:
        line: of SQL.
        width: how many there are.
        computed: the entity whose features come from ``rolling`` here, with the types that it gives.
    """
    for entity, last in LAST.items():
        if re.search(rf"\b{last}\b", line):
            row, comma = line.rstrip(","), "," if line.endswith(",") else ""
            template = f"  COALESCE(CAST({last} AS DOUBLE), 0) AS {last}" if entity == computed else row
            more = (template.replace(last, each.name) for each in width.additions(entity))
            return ",\n".join([row, *more]) + comma
    return line


def _told(argument: str, values: tuple[str, ...]) -> str:
    return f"{argument} => '{', '.join(values)}'"
