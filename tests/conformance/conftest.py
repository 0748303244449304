from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headrace.models.training import Provenance, train
from models.fraud import DEFINITION

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.artifact import Artifact


def make_payments(rows: int, seed: int, first_day: str) -> pd.DataFrame:
    """Payments of two days, the larger ones more often frauds."""
    draw = np.random.default_rng(seed)
    columns = {
        "DOUBLE": lambda: np.round(draw.gamma(2.0, 40.0, rows), 2),
        "INT": lambda: draw.integers(0, 2, rows).astype(np.int32),
        "BIGINT": lambda: draw.integers(0, 40, rows),
    }
    features = {feature.name: columns[feature.type]() for feature in DEFINITION.features}
    seconds = np.sort(draw.integers(0, 2 * 86_400, rows))
    return pd.DataFrame(
        {
            "transaction_id": np.arange(rows) + 1_000_000 * seed,
            "customer_id": draw.integers(0, 60, rows),
            "terminal_id": draw.integers(0, 90, rows),
            "event_time": pd.Timestamp(first_day, tz="UTC") + pd.to_timedelta(seconds, unit="s"),
            **features,
            "fraud": (draw.random(rows) < 1 / (1 + np.exp(4 - features["amount"] / 40))).astype(np.int64),
        }
    )


@pytest.fixture(scope="session")
def fraud_model(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """The fraud model, trained on payments that were made up."""
    target: Path = tmp_path_factory.mktemp("models") / "fraud"
    training, evaluation = make_payments(500, 1, "2026-03-02"), make_payments(500, 2, "2026-03-12")
    return train(DEFINITION, training, evaluation, target, Provenance("ef" * 32, "made by the test"))


@pytest.fixture(scope="session")
def payments() -> pd.DataFrame:
    """Features of payments that the model has not seen."""
    return make_payments(40, 3, "2026-03-20")[DEFINITION.feature_names]
