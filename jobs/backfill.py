"""All known transactions, those of the history too, become the features they had at their own time.

The operators of jobs.features over bounded input: what a model is trained on.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(use_case="fraud", pipeline="backfill")

if __name__ == "__main__":
    main(JOB)
