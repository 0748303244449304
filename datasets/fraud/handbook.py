"""What the handbook published about models on the fraud benchmark, and how it came to it.

*Reproducible Machine Learning for Credit Card Fraud Detection*, Le Borgne, Siblini, Lebichot and Bontempi, 2022:
chapter 3 (one week of training, one of delay, one of test) and chapter 5 (four such folds, one week apart).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from datasets.fraud import build
from datasets.fraud.handbook_order import card_precision, ordered
from datasets.fraud.tables import LABEL_DELAY_DAYS

if TYPE_CHECKING:
    import pandas as pd

DAY_0 = datetime(2018, 4, 1, tzinfo=timezone.utc)
WEEK = 7
XGBOOST_OF_2022 = {"tree_method": "exact", "base_score": 0.5}
"""What are defaults no more."""
REACH_DAYS = 30 + LABEL_DELAY_DAYS
"""How far features look back."""


class Figures(NamedTuple):
    """How good a model was.

    Attributes:
        roc_auc: area under the ROC curve.
        average_precision: area under the precision-recall curve.
        precision_at_k: share of the hundred cards looked at a day that were compromised.
    """

    roc_auc: float
    average_precision: float
    precision_at_k: float


class Model(NamedTuple):
    """A model that was published.

    Attributes:
        name: for people.
        make: an unfitted one; raises ImportError when its library is not installed.
        published: its figures.
        must_agree: whether ours have to equal them in all digits published.
    """

    name: str
    make: Callable[[], Any]
    published: Figures
    must_agree: bool = True


class Fold(NamedTuple):
    """When a model learns and when it is judged; half-open, UTC."""

    train_from: datetime
    train_until: datetime
    test_from: datetime
    test_until: datetime


@dataclass(frozen=True)
class Study:
    """An experiment that was published.

    Attributes:
        title: for people.
        use_case: a folder in sql/.
        definition: a file in models/, for features and columns.
        first_day: of the data set that is needed.
        last_day: of the data set that is needed.
        label_delay: from an event to its label.
        k: how many entities are looked at a day.
        folds: figures are means over these.
        models: what is trained.
        build: fills a data folder with days of history and labels.
        ordered: events in the order in which they were published.
        precision_at_k: the measure as it was published, of ``(entities, days, scores, labels, k)``.
    """

    title: str
    use_case: str
    definition: str
    first_day: int
    last_day: int
    label_delay: timedelta
    k: int
    folds: tuple[Fold, ...]
    models: tuple[Model, ...]
    build: Callable[..., Any] = build
    ordered: Callable[[pd.DataFrame], pd.DataFrame] = ordered
    precision_at_k: Callable[..., float] = card_precision


def _logistic() -> Any:
    """Run until it has converged, as scikit-learn did then: today's tolerance is for the mean loss, not the sum."""
    return _scaled(LogisticRegression(random_state=0, tol=1e-8, max_iter=1_000))


def _scaled(estimator: Any) -> Any:
    return make_pipeline(StandardScaler(), estimator)


def _boosted(**options: Any) -> Any:
    from xgboost import XGBClassifier

    return _scaled(XGBClassifier(random_state=0, **{**XGBOOST_OF_2022, **options}))


def _fold(first_day: int) -> Fold:
    """A week from a day on, its labels a week later, and the week after that."""
    moments = (first_day, first_day + WEEK, first_day + 2 * WEEK, first_day + 3 * WEEK)
    return Fold(*(DAY_0 + timedelta(days=day) for day in moments))


def _study(title: str, first_days: tuple[int, ...], models: tuple[Model, ...]) -> Study:
    return Study(
        title=title,
        use_case="fraud",
        definition="fraud",
        first_day=min(first_days) - REACH_DAYS,
        last_day=max(first_days) + 3 * WEEK - 1,
        label_delay=timedelta(days=LABEL_DELAY_DAYS),
        k=100,
        folds=tuple(_fold(day) for day in first_days),
        models=models,
    )


STUDIES = {
    "baseline": _study(
        "chapter 3: a week of training, a week of delay, a week of test",
        (115,),
        (
            Model(
                "logistic regression",
                _logistic,
                Figures(0.871, 0.606, 0.291),
            ),
            Model(
                "decision tree, depth 2",
                lambda: _scaled(DecisionTreeClassifier(max_depth=2, random_state=0)),
                Figures(0.763, 0.496, 0.241),
            ),
            Model(
                "decision tree",
                lambda: _scaled(DecisionTreeClassifier(random_state=0)),
                Figures(0.788, 0.309, 0.243),
            ),
            Model(
                "random forest",
                lambda: _scaled(RandomForestClassifier(random_state=0, n_jobs=-1)),
                Figures(0.867, 0.658, 0.287),
            ),
            Model("XGBoost", _boosted, Figures(0.862, 0.639, 0.273), must_agree=False),
        ),
    ),
    "folds": _study(
        "chapter 5: the same on four weeks, one after the other",
        (115, 122, 129, 136),
        (
            Model(
                "logistic regression",
                _logistic,
                Figures(0.868, 0.623, 0.297),
            ),
            Model(
                "decision tree, depth 5",
                lambda: _scaled(DecisionTreeClassifier(max_depth=5, random_state=0)),
                Figures(0.810, 0.600, 0.284),
            ),
            Model(
                "random forest, depth 20",
                lambda: _scaled(
                    RandomForestClassifier(n_estimators=100, max_depth=20, random_state=0, n_jobs=-1)
                ),
                Figures(0.870, 0.678, 0.299),
            ),
            Model(
                "XGBoost, 100 trees of depth 3",
                lambda: _boosted(n_estimators=100, learning_rate=0.1, max_depth=3),
                Figures(0.871, 0.694, 0.304),
                must_agree=False,
            ),
        ),
    ),
}
"""By name: what the handbook did first, then its test weeks, which begin where that ended."""
