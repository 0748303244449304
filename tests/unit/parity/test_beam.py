"""Beam and the oracle are of one opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.parity.declaration import Declaration, Window
from headrace.parity.second_opinion import ask
from headrace.parity.workbench import Workbench
from headrace.tables.contract import Column, Table
from tests.unit.parity.tables import HOUR, Paid, database, declared

if TYPE_CHECKING:
    from pathlib import Path

DAY = 24 * HOUR
PAID = [
    Paid(who, at, who * 7 + at % 5)
    for who in (0, 1)
    for at in (0, 0, 1, HOUR, HOUR + 1, DAY, DAY + 1, 2 * DAY)
]
OTHERS = [Paid(who, at, 3) for who in (0, 1, 2) for at in (0, 1, HOUR, DAY, DAY + HOUR)]
FEATURES = [
    f"{aggregate}_{length}"
    for aggregate in ("count", "avg", "sum", "max", "distinct")
    for length in ("1h", "1d")
]


def bench_of(**window: Any) -> Workbench:
    """A workbench with the features of every aggregate, computed by the oracle."""
    windows = [
        Window(
            name=f"{each}_{{window}}",
            by="who",
            windows=["1h", "1d"],
            value="amount",
            aggregate=each,
            **window,
        )
        for each in ("count", "avg", "sum", "max", "distinct")
    ]
    plain = declared(aggregate="count")
    declaration = Declaration.model_validate({**plain.model_dump(), "windows": windows})
    kinds = {"count": "BIGINT", "distinct": "BIGINT", "avg": "DOUBLE"}
    columns = (Column(each, kinds.get(each.partition("_")[0], "DECIMAL(38, 2)")) for each in FEATURES)
    contract = Table("features", (Column("id", "BIGINT"), Column("who", "BIGINT"), *columns), ("id",))
    bench = Workbench(declaration, {"features": contract}, database(PAID, OTHERS))
    bench.compute("oracle")
    return bench


@pytest.mark.parametrize(
    "window",
    [
        {},
        {"delay": "1h"},
        {"of": "others", "time": "paid_at"},
        {"of": "others", "time": "paid_at", "ties": "after"},
        {"of": "others", "time": "paid_at", "delay": "1d"},
    ],
)
def test_beam_and_the_oracle_give_the_same(window: dict[str, Any], tmp_path: Path) -> None:
    bench = bench_of(**window)
    for opinion in ask(bench, "oracle", tmp_path):
        found = bench.compare(opinion.called, opinion.oracle, {})
        assert found.differing == []
        assert (found.holds, found.rows) == (True, len(PAID))
