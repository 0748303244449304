"""Messages become transactions; what can not goes to dead_letters.

JSON, read once → rules (CASE) → shuffle by transaction_id → count per id (state: one counter an id, kept for
table.exec.state.ttl) → transactions, or dead_letters with reason and bytes.
"""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

JOB = Job(use_case="fraud", pipeline="ingest", replaces=("realtime",))

if __name__ == "__main__":
    main(JOB)
