"""Predictions and the newest features of each customer, by key, where applications look them up.

Shuffle by customer_id → keep the newest. State: one row a customer. The tables are upserted: what is written again
after a failure changes nothing.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(use_case="fraud", pipeline="serve")

if __name__ == "__main__":
    main(JOB)
