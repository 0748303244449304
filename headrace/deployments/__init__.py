"""Which model version scores which event: a log of immutable records, and a pure function of it.

Two halves that meet in the log. The *worker side* (`timing`, `record`, `store`, `log`, `roles`, `follower`,
`versions`, `scorer`) reads; it needs what `headrace.models` needs in a worker and imports nothing heavier. The
*author side* (`author`) writes.
"""
