"""Rows of a contract as Avro and as JSON, read without Flink, in one form that can be compared."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable

import fastavro

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.tables.contract import Table

MAGIC = 0

AS_PYTHON: dict[str, Callable[[Any], Any]] = {
    "TIMESTAMP_LTZ(3)": lambda said: datetime.fromisoformat(said.replace("Z", "+00:00")),
    "TIMESTAMP(3)": lambda said: datetime.fromisoformat(said).replace(tzinfo=timezone.utc),
    "BYTES": b64decode,
    "DOUBLE": float,
    "DECIMAL(12,2)": Decimal,
}


def from_json(table: Table, value: bytes) -> dict[str, Any]:
    """A record that was written as JSON."""
    said = json.loads(value, parse_float=str)
    return {
        column.name: None
        if said[column.name] is None
        else AS_PYTHON.get(column.type, lambda as_is: as_is)(said[column.name])
        for column in table.columns
    }


def from_avro(schema: Mapping[str, Any], value: bytes) -> dict[str, Any]:
    """A record that was written as Avro, by the schema of its writer."""
    rest = io.BytesIO(value)
    found = fastavro.schemaless_reader(rest, fastavro.parse_schema(dict(schema)), None)
    assert rest.read() == b""
    assert isinstance(found, dict)
    return found


def to_avro(schema: Mapping[str, Any], row: Mapping[str, Any]) -> bytes:
    """A row as somebody who is not Flink writes it."""
    written = io.BytesIO()
    fastavro.schemaless_writer(written, fastavro.parse_schema(dict(schema)), dict(row))
    return written.getvalue()


def schema_id(value: bytes) -> int:
    """The number of the schema in a record that has its schema in a registry."""
    assert value[0] == MAGIC
    return int.from_bytes(value[1:5], "big")
