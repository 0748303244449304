"""The whole way in one job: messages become transactions, features, predictions and alerts, with no hop between.

The operators of jobs.ingest, jobs.features and jobs.score, joined in one graph: three shuffles (transaction_id,
customer_id, terminal_id). History fills the windows before the first live event is scored.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(
    use_case="fraud",
    pipeline="realtime",
    views={"transactions": "transactions_clean", "transaction_features": "transaction_features_live"},
    needs_model=True,
    replaces=("ingest", "features", "score"),
)

if __name__ == "__main__":
    main(JOB)
