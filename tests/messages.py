"""Messages of Protobuf as others make and read them: by protoc, from the printed schema."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc_tools
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.tables.contract import Column, Table

SHIPPED = Path(grpc_tools.__file__).parent / "_proto"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MAGIC = 0
FRAME_BYTES = 6
"""Before a message whose schema a registry has: 0, four bytes of its number, which message it is."""


def compiled(schema: str, folder: Path) -> Any:
    """The class of the message that a ``.proto`` file declares."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schema.proto").write_text(schema)
    options = [f"-I{folder}", f"-I{SHIPPED}", f"--descriptor_set_out={folder / 'set'}", "--include_imports"]
    assert protoc.main(["protoc", *options, "schema.proto"]) == 0
    found = FileDescriptorSet.FromString((folder / "set").read_bytes())
    pool = DescriptorPool()
    for file in found.file:
        pool.Add(file)
    (declared,) = pool.FindFileByName("schema.proto").message_types_by_name.values()
    return GetMessageClass(declared)


def to_row(table: Table, message: Any) -> dict[str, Any]:
    """A message as a row of its contract."""
    return {column.name: _value(column, message) for column in table.columns}


def to_message(table: Table, made_by: Any, row: Mapping[str, Any]) -> Any:
    """A row as a message; None is left out."""
    message = made_by()
    for column in table.columns:
        value = row.get(column.name)
        if isinstance(value, datetime):
            since = value - EPOCH
            field = getattr(message, column.name)
            field.seconds, field.nanos = since // timedelta(seconds=1), since.microseconds * 1000
        elif value is not None:
            setattr(message, column.name, str(value) if isinstance(value, Decimal) else value)
    return message


def schema_id(value: bytes) -> int:
    """The number of the schema in a record with a frame."""
    assert (value[0], value[5]) == (MAGIC, 0)
    return int.from_bytes(value[1:5], "big")


def framed(number: int, message: Any) -> bytes:
    """A record as Confluent's clients write it."""
    return bytes([MAGIC]) + number.to_bytes(4, "big") + bytes([0]) + bytes(message.SerializeToString())


def without_comments(schema: str) -> str:
    """A schema as a registry has it."""
    return "".join(line for line in schema.splitlines(keepends=True) if not line.lstrip().startswith("//"))


def _value(column: Column, message: Any) -> Any:
    if not column.required and not message.HasField(column.name):
        return None
    value = getattr(message, column.name)
    if column.type.startswith("TIMESTAMP"):
        return EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
    return Decimal(value) if column.type.startswith("DECIMAL") else value
