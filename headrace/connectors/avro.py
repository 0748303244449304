"""The Avro schema of a contract, as Flink's format ``avro`` writes its rows: what a reader without a registry needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.tables.contract import read_table

if TYPE_CHECKING:
    from headrace.runtime.suite import UseCase
    from headrace.tables.contract import Column

NAME = "org.apache.flink.avro.generated.record"
"""What Flink calls every record; a reader need not."""
_PLAIN = {
    "BOOLEAN": "boolean",
    "INT": "int",
    "INTEGER": "int",
    "BIGINT": "long",
    "FLOAT": "float",
    "DOUBLE": "double",
    "STRING": "string",
    "BYTES": "bytes",
}
_TIMES = {"TIMESTAMP_LTZ": "timestamp", "TIMESTAMP": "local-timestamp"}
_UNITS = {"3": "millis", "6": "micros"}
_TYPE = re.compile(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?")


def avro_schema(use_case: UseCase, name: str) -> dict[str, Any]:
    """The schema of a contract's rows.

    Instants (``TIMESTAMP_LTZ``) are ``timestamp-…``, local times (``TIMESTAMP``) ``local-timestamp-…``: what the format
    writes with ``'avro.timestamp_mapping.legacy' = 'false'``.

    Args:
        use_case: that has it.
        name: of the contract.

    Raises:
        HeadraceError: when there is no such contract, or a column has a type that is not translated here.
    """
    fields = [_field(column, name) for column in read_table(use_case, name).columns]
    namespace, _, record = NAME.rpartition(".")
    return {"type": "record", "name": record, "namespace": namespace, "fields": fields}


def _field(column: Column, table: str) -> dict[str, Any]:
    kind = _kind(column, table)
    if column.required:
        return {"name": column.name, "type": kind}
    return {"name": column.name, "type": ["null", kind], "default": None}


def _kind(column: Column, table: str) -> Any:
    found = _TYPE.fullmatch(column.type)
    base, first, second = found.groups() if found else ("", None, None)
    if base in _PLAIN:
        return _PLAIN[base]
    if base in _TIMES and first in _UNITS:
        return {"type": "long", "logicalType": f"{_TIMES[base]}-{_UNITS[first]}"}
    if base == "DECIMAL" and first:
        scale = {"precision": int(first), "scale": int(second or 0)}
        return {"type": "bytes", "logicalType": "decimal", **scale}
    raise HeadraceError(f"{table}.{column.name} is {column.type}, for which no Avro type is known here")
