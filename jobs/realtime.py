"""Messages become transactions, features, predictions and alerts in one job, with no hop between."""
from headrace.runtime.job import Job

JOB = Job(
    use_case="fraud",
    pipeline="realtime",
    views={"transactions": "transactions_clean", "transaction_features": "transaction_features_live"},
    needs_model=True,
)
