"""The table ``dead_letters_replayed``: what became of each dead letter that was put through a job again.

Rows are only ever added. A replay whose results are gone, because a later run began anew with ``--overwrite``, no
longer counts.
"""

from __future__ import annotations

from headrace.tables.contract import Column, Table

ACCEPTED = "accepted"
"""A replay brought the record into the tables."""

ALREADY_THERE = "already there"
"""Its event was in the tables before; nothing was added."""

RETURNED = "back in the inbox"
"""It stands for a file, which was given back: a live run reads it, and refuses it anew if need be."""

REFUSED = "refused"
"""It was sent and refused again; it stays open."""

OPEN = "open"
"""It was never sent, or a later run has deleted what came of it."""

REPLAYED = Table(
    "dead_letters_replayed",
    (
        Column("reason", "STRING"),
        Column("stage", "STRING"),
        Column("source", "STRING"),
        Column("source_offset", "BIGINT"),
        Column("payload_sha256", "STRING"),
        Column("replay", "BIGINT"),
        Column("outcome", "STRING"),
        Column("refused_as", "STRING"),
        Column("detail", "STRING"),
        Column("replayed_at", "TIMESTAMP_LTZ(3)"),
    ),
)
