"""The dead letter of a file that was set aside: among the others, and with a reference in place of the bytes."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from headrace.inbox.content import first_bytes
from headrace.tables.values import as_json

if TYPE_CHECKING:
    from headrace.inbox.journal import Entry
    from headrace.inbox.places import Places

UNREADABLE_FILE = "unreadable_file"
STAGE = "inbox"
FIRST_BYTES = 512
"""How much of a file its letter holds."""


def write_letter(places: Places, entry: Entry) -> None:
    """Write the letter of a file that lies in ``unreadable``; it is there whole or not at all.

    Raises:
        OSError: when it can not be written.
    """
    file = places.unreadable / entry.label
    row = {
        "reason": UNREADABLE_FILE,
        "stage": STAGE,
        "detail": _detail(places, entry),
        "payload": first_bytes(file, FIRST_BYTES),
        "arrived_at": datetime.fromtimestamp(entry.arrived / 1e9, timezone.utc),
        "source": entry.label,
        "source_offset": None,
    }
    places.letters.mkdir(parents=True, exist_ok=True)
    part = places.letters / f".{entry.file}.part"
    part.write_text(json.dumps(as_json(row)) + "\n", encoding="utf-8")
    part.replace(places.letters / entry.file)


def without_letter(places: Places, entries: list[Entry]) -> list[Entry]:
    """Files that were set aside when the process ended before their letter was written."""
    return [
        entry
        for entry in entries
        if entry.unreadable
        and os.path.lexists(places.unreadable / entry.label)
        and not (places.letters / entry.file).exists()
    ]


def _detail(places: Places, entry: Entry) -> str:
    digest = f", sha256 {entry.sha256}" if entry.sha256 else ""
    place = f"{places.unreadable.name}/{entry.label}"
    return f"{entry.name} {entry.unreadable}; {entry.size:,} bytes{digest}; now in {place}"
