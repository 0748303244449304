"""Two tables of a data folder: what was known of payments at their time, and the verdicts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.models.definition import ModelDefinition, load_definition
from headrace.runtime.suite import Suite
from headrace.tables.contract import Table, read_tables
from tests.local_tables import ROOT
from tests.unit.dead_letters.conftest import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Rows = Iterable[dict[str, Any]]


@pytest.fixture(scope="session")
def definition() -> ModelDefinition:
    return load_definition(ROOT, "fraud")


@pytest.fixture(scope="session")
def tables() -> dict[str, Table]:
    return read_tables(Suite(ROOT).use_case("fraud"))


@pytest.fixture
def payment(definition: ModelDefinition) -> Callable[..., dict[str, Any]]:
    """A row of training_features: each feature is as large as the number."""

    def _payment(number: int, time: str, **changes: Any) -> dict[str, Any]:
        ids = {"transaction_id": number, "customer_id": 7, "terminal_id": 8, "event_time": f"{time}Z"}
        return {**ids, **dict.fromkeys(definition.feature_names, number), **changes}

    return _payment


@pytest.fixture
def verdict() -> Callable[..., dict[str, Any]]:
    """A row of labels, known a week after a payment."""

    def _verdict(number: int, known: str, fraud: int = 0) -> dict[str, Any]:
        ids = {
            "transaction_id": number,
            "customer_id": 7,
            "terminal_id": 8,
            "event_time": "2018-04-01T00:00:00Z",
        }
        return {**ids, "fraud": fraud, "available_at": f"{known}Z"}

    return _verdict


def lay_tables(data: Path, features: Rows, labels: Rows) -> Path:
    """A data folder with both tables."""
    put(data, "training_features", features)
    put(data, "labels", labels)
    return data
