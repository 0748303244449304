"""Features become predictions and alerts.

One Python operator, no shuffle, no state: it can be redeployed at any time.
"""

from headrace.runtime.job import Job

JOB = Job(use_case="fraud", pipeline="score", needs_model=True)
