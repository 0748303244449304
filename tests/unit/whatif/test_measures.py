from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.whatif.costs import Costs
from headrace.whatif.measures import MEASURES, SUMS, measure
from tests.unit.whatif.conftest import COSTS

prices = st.floats(0, 1000)
costs = st.builds(
    Costs,
    currency=st.just("EUR"),
    amount=st.just("amount"),
    review_cost=prices,
    false_alert_cost=prices,
    recovered_share=st.floats(0, 1),
    reviews_a_day=st.floats(1, 500),
)


@st.composite
def sums(draw: Any) -> np.ndarray[Any, Any]:
    """Sums that events can have."""
    positives = draw(st.integers(0, 50))
    caught = draw(st.integers(0, positives))
    judged = caught + draw(st.integers(0, 50))
    alerts = judged + draw(st.integers(0, 50))
    amount = draw(st.floats(0, 1e5)) if positives else 0.0
    caught_amount = amount * draw(st.floats(0, 1)) if caught else 0.0
    return np.array([alerts, judged, caught, caught_amount, positives, amount], dtype=np.float64)


def test_the_measures_of_a_small_day_are_those_of_a_pencil() -> None:
    found = measure(np.array([120.0, 100, 40, 5000, 50, 8000]), COSTS, 2)
    assert {name: float(value) for name, value in found.items()} == {
        "net_saved": 0.8 * 5000 - 4 * 100,
        "caught_amount": 5000,
        "caught_amount_share": 0.625,
        "caught": 40,
        "caught_share": 0.8,
        "precision": 0.4,
        "alerts_a_day": 60,
        "reviews": 120,
        "analyst_days": 2,
        "analysts": 1,
        "review_costs": 400,
    }
    assert found.keys() == MEASURES.keys()


@given(sums(), costs)
def test_what_is_saved_and_what_alerts_cost_are_what_is_recovered(found: Any, prices: Costs) -> None:
    measured = measure(found, prices, 3)
    recovered = prices.recovered_share * found[SUMS.index("caught_amount")]
    assert measured["net_saved"] + measured["review_costs"] == pytest.approx(recovered, abs=1e-6)


@given(sums(), costs)
def test_dearer_reviews_never_save_more(found: Any, prices: Costs) -> None:
    dearer = prices.model_copy(update={"review_cost": prices.review_cost + 1})
    lost = measure(found, prices, 1)["net_saved"] - measure(found, dearer, 1)["net_saved"]
    assert lost == pytest.approx(found[SUMS.index("judged")], abs=1e-6)


@given(sums(), costs)
def test_alerts_whose_label_is_not_known_are_load_and_nothing_else(found: Any, prices: Costs) -> None:
    more = found + np.eye(len(SUMS))[SUMS.index("alerts")] * 7
    before, after = measure(found, prices, 1), measure(more, prices, 1)
    changed = {name for name in MEASURES if not np.array_equal(before[name], after[name], equal_nan=True)}
    assert changed == {"alerts_a_day", "reviews", "analyst_days", "analysts"}


def test_a_share_of_nothing_is_no_number() -> None:
    found = measure(np.zeros(len(SUMS)), COSTS, 1)
    assert {name for name, value in found.items() if np.isnan(value)} == {
        "caught_amount_share",
        "caught_share",
        "precision",
    }


@given(st.lists(sums(), min_size=1, max_size=4))
def test_many_at_once_are_measured_as_each_alone(rows: list[Any]) -> None:
    together = measure(np.stack(rows), COSTS, 2)
    for place, row in enumerate(rows):
        alone = measure(row, COSTS, 2)
        assert {name: float(values[place]) for name, values in together.items()} == pytest.approx(
            {name: float(each) for name, each in alone.items()}, nan_ok=True
        )
