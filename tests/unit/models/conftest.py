from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from headrace.models.definition import AlertBudget, Feature, ModelDefinition
from headrace.models.training import Provenance, train

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact

LINEAR = ModelDefinition(
    name="churn",
    key="visit_id",
    event_time="visited_at",
    entity="visitor_id",
    label="left",
    carried=("shop_id",),
    features=(
        Feature("spent", "DOUBLE", "EUR"),
        Feature("hour", "INT", "h"),
        Feature("visits", "BIGINT", "visits"),
        Feature("spent_avg", "DOUBLE", "EUR"),
    ),
    estimator=lambda: make_pipeline(StandardScaler(), LogisticRegression(random_state=0)),
    policy=AlertBudget(alerts_per_day=20),
    review_capacity=10,
)
FOREST = replace(
    LINEAR,
    name="churn_forest",
    estimator=lambda: make_pipeline(
        StandardScaler(), RandomForestClassifier(n_estimators=20, random_state=0)
    ),
)
BOOSTING = replace(
    LINEAR,
    name="churn_boosting",
    estimator=lambda: HistGradientBoostingClassifier(max_iter=20, random_state=0),
)


def make_frame(rows: int = 600, seed: int = 0, first_day: str = "2026-03-02") -> pd.DataFrame:
    """Visits of three days whose chance to be the last grows with what was spent."""
    draw = np.random.default_rng(seed)
    spent = np.round(draw.gamma(2.0, 40.0, rows), 2)
    return pd.DataFrame(
        {
            "visit_id": np.arange(rows) + 1_000_000 * seed,
            "visitor_id": draw.integers(0, 80, rows),
            "shop_id": draw.integers(0, 9, rows),
            "visited_at": pd.Timestamp(first_day, tz="UTC")
            + pd.to_timedelta(np.sort(draw.integers(0, 3 * 86_400, rows)), unit="s"),
            "spent": spent,
            "hour": draw.integers(0, 24, rows).astype(np.int32),
            "visits": draw.integers(1, 40, rows),
            "spent_avg": spent * draw.random(rows),
            "left": (draw.random(rows) < 1 / (1 + np.exp(4 - spent / 40))).astype(np.int64),
        }
    )


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Small models are fitted faster by one thread than by many that wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def definition() -> ModelDefinition:
    return LINEAR


@pytest.fixture(scope="session")
def training() -> pd.DataFrame:
    """To be read only."""
    return make_frame()


@pytest.fixture
def frame() -> pd.DataFrame:
    """To be changed at will."""
    return make_frame()


@pytest.fixture
def later() -> pd.DataFrame:
    return make_frame(seed=1, first_day="2026-03-12")


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Artifact]:
    """One artifact of each kind of model, by name."""
    folder = tmp_path_factory.mktemp("artifacts")
    training, evaluation = make_frame(), make_frame(seed=1, first_day="2026-03-12")
    provenance = Provenance("ab" * 32, "made by the test")
    return {
        made.name: train(made, training, evaluation, folder / made.name, provenance)
        for made in (LINEAR, FOREST, BOOSTING)
    }


@pytest.fixture(params=[LINEAR.name, FOREST.name, BOOSTING.name])
def artifact(request: pytest.FixtureRequest, artifacts: dict[str, Artifact]) -> Artifact:
    return artifacts[request.param]


@pytest.fixture
def linear(artifacts: dict[str, Artifact]) -> Artifact:
    return artifacts[LINEAR.name]


@pytest.fixture
def columns(later: pd.DataFrame) -> dict[str, Any]:
    return {feature.name: later[feature.name].to_numpy() for feature in LINEAR.features}
