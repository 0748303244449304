"""JSON lines as Flink's JSON format reads them, written from Python."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from headrace.tables.values import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows, one a line: times in ISO 8601 and UTC, bytes in base64.

    Args:
        path: the file; its folder is made, an existing file is replaced.
        rows: values by column.

    Returns:
        How many there were.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [json.dumps(as_json(row), ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(written), encoding="utf-8")
    return len(written)


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document so that it is there whole, on the disk, or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    to_disk(part)
    part.replace(path)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
