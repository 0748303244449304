"""A suite of a few small files, so that each test says what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.runtime.resolve import Resolver
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILES = {
    "sql/shop/contracts/visits.sql": "-- One row is one visit.\nCREATE TABLE contracts.visits (id BIGINT);\n",
    "sql/shop/contracts/sales.sql": "-- One row is one sale.\nCREATE TABLE contracts.sales LIKE contracts.visits;\n",
    "sql/shop/views/long_visits.sql": (
        "-- One row is one long visit.\nCREATE TEMPORARY VIEW long_visits AS\nSELECT id FROM visits;\n"
    ),
    "sql/shop/views/guesses.sql": (
        "-- One row is one guess.\nCREATE TEMPORARY VIEW guesses AS\nSELECT guess(id) AS id FROM long_visits;\n"
    ),
    "sql/shop/functions/guess.sql": (
        "-- A guess.\nCREATE TEMPORARY SYSTEM FUNCTION guess AS 'udfs.guess' LANGUAGE PYTHON;\n"
    ),
    "sql/shop/pipelines/guess_sales.sql": (
        "-- Guesses become sales.\nEXECUTE STATEMENT SET\nBEGIN\n"
        "  INSERT INTO sinks.sales SELECT id FROM guesses;\nEND;\n"
    ),
    "connectors/disk/shop/visits.sql": (
        "-- Lines.\nCREATE TABLE visits WITH (\n  'path' = '${FOLDER}/visits'\n) LIKE contracts.visits;\n"
    ),
    "connectors/disk/shop/sales.sql": (
        "-- Lines.\nCREATE TABLE sales WITH (\n  'path' = '${FOLDER}/sales'\n) LIKE contracts.sales;\n"
    ),
    "flink-conf/slow/config.yaml": "parallelism:\n  default: 1\n",
    "jobs/__init__.py": "",
}


def lay(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def shop(tmp_path: Path) -> Suite:
    """A suite with one use case, two contracts, two views, a function and a pipeline."""
    return Suite(lay(tmp_path / "suite", FILES))


@pytest.fixture
def resolver_of(shop: Suite) -> Callable[..., Resolver]:
    """A resolver over the shop as it lies on disk when it is asked for."""

    def _resolver(
        values: Mapping[str, str] | None = None, views: Mapping[str, str] | None = None
    ) -> Resolver:
        chosen = {"FOLDER": "/there"} if values is None else values
        return Resolver(shop.use_case("shop"), shop.bindings("disk", "shop"), "disk", chosen, views or {})

    return _resolver
