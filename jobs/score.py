"""Features become predictions and alerts.

One Python operator, no shuffle, no state: it can be redeployed at any time.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(use_case="fraud", pipeline="score", needs_model=True)

if __name__ == "__main__":
    main(JOB)
