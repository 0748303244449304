"""All known transactions, those of the history too, become the features they had at their own time.

The operators of jobs.features over bounded input: what a model is trained on.
"""

from headrace.runtime.job import Job

JOB = Job(use_case="fraud", pipeline="backfill")
