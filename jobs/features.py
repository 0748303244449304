"""Transactions and labels become features.

Shuffle by customer_id → windows of 1, 7, 30 days → union with labels → shuffle by terminal_id → windows of 1, 7, 30
days. State: the rows of the longest window per customer and per terminal.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(use_case="fraud", pipeline="features")

if __name__ == "__main__":
    main(JOB)
