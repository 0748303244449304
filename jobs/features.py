"""Transactions and labels become features.

Shuffle by customer_id → rolling_in_order → union with labels → shuffle by terminal_id → rolling_in_order. State: the
rows of the longest window per customer and per terminal.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(use_case="fraud", pipeline="features")

if __name__ == "__main__":
    main(JOB)
