"""Card fraud: is this transaction one that its card holder did not make?

Inputs are the transaction itself, what its customer spent in the last 1, 7 and 30 days, and the share of frauds
among the terminal's transactions of such windows that ended seven days ago, when their labels were known.
"""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from headrace.models.definition import AlertBudget, Feature, ModelDefinition

FEATURES = (
    Feature("amount", "DOUBLE", "units of the currency"),
    Feature("is_weekend", "INT", "0 or 1"),
    Feature("is_night", "INT", "0 or 1, 1 before 07:00 UTC"),
    Feature("customer_count_1d", "BIGINT", "payments"),
    Feature("customer_amount_avg_1d", "DOUBLE", "units of the currency"),
    Feature("customer_count_7d", "BIGINT", "payments"),
    Feature("customer_amount_avg_7d", "DOUBLE", "units of the currency"),
    Feature("customer_count_30d", "BIGINT", "payments"),
    Feature("customer_amount_avg_30d", "DOUBLE", "units of the currency"),
    Feature("terminal_count_1d", "BIGINT", "verdicts"),
    Feature("terminal_fraud_avg_1d", "DOUBLE", "share of frauds"),
    Feature("terminal_count_7d", "BIGINT", "verdicts"),
    Feature("terminal_fraud_avg_7d", "DOUBLE", "share of frauds"),
    Feature("terminal_count_30d", "BIGINT", "verdicts"),
    Feature("terminal_fraud_avg_30d", "DOUBLE", "share of frauds"),
)


def estimator() -> Pipeline:
    """Logistic regression on standardised features: quick, stable, and its reasons are exact."""
    return make_pipeline(StandardScaler(), LogisticRegression(random_state=0))


DEFINITION = ModelDefinition(
    name="fraud",
    key="transaction_id",
    event_time="event_time",
    entity="customer_id",
    label="fraud",
    carried=("terminal_id",),
    features=FEATURES,
    estimator=estimator,
    policy=AlertBudget(alerts_per_day=100),
)
