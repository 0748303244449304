"""The Protobuf schema of a contract, as the format ``headrace-protobuf`` writes its rows: what readers compile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.tables.contract import comments, read_table

if TYPE_CHECKING:
    from headrace.runtime.suite import UseCase
    from headrace.tables.contract import Column

FORMAT = "headrace-protobuf"
"""What the format is called in a table's options."""
TIMESTAMP = "google.protobuf.Timestamp"
_TYPES = {
    "BOOLEAN": "bool",
    "INT": "int32",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "FLOAT": "float",
    "DOUBLE": "double",
    "STRING": "string",
    "BYTES": "bytes",
    "DECIMAL": "string",
    "NUMERIC": "string",
    "TIMESTAMP": TIMESTAMP,
    "TIMESTAMP_LTZ": TIMESTAMP,
}
_UNSAID = {"DECIMAL", "NUMERIC", "TIMESTAMP", "TIMESTAMP_LTZ"}
"""Types of which a field's own does not say all: they stand in its comment."""
_HEAD = 'syntax = "proto3";\n\npackage {package};\n\n'
_IMPORT = 'import "google/protobuf/timestamp.proto";\n\n'


def message_name(name: str) -> str:
    """The message of a contract, without its package: ``shadow_predictions`` is ``ShadowPredictions``."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def proto_schema(use_case: UseCase, name: str) -> str:
    """The ``.proto`` file of a contract's rows: fields in the order of columns, numbered from 1.

    ``operators/java/headrace/protobuf/Message.java`` says the same to a registry, without comments.

    Args:
        use_case: that has it; its name is the package.
        name: of the contract.

    Raises:
        HeadraceError: when there is no such contract, or a column has a type that is not translated here.
    """
    columns = read_table(use_case, name).columns
    said = comments(use_case, name)
    fields = [_field(column, number, name, said) for number, column in enumerate(columns, start=1)]
    needed = _IMPORT if any(TIMESTAMP in field for field in fields) else ""
    head = _HEAD.format(package=use_case.name) + needed + _comment(_first_line(use_case, name), "")
    return f"{head}message {message_name(name)} {{\n{''.join(fields)}}}\n"


def _field(column: Column, number: int, table: str, said: dict[str, str]) -> str:
    base = column.type.partition("(")[0]
    if base not in _TYPES:
        raise HeadraceError(
            f"{table}.{column.name} is {column.type}, for which no Protobuf type is known here"
        )
    told = ": ".join(filter(None, [column.type if base in _UNSAID else "", said.get(column.name, "")]))
    presence = "" if column.required else "optional "
    return _comment(told, "  ") + f"  {presence}{_TYPES[base]} {column.name} = {number};\n"


def _comment(text: str, indent: str) -> str:
    return f"{indent}// {text}\n" if text else ""


def _first_line(use_case: UseCase, name: str) -> str:
    """What one row is."""
    found = re.match(r"--\s*(.+)", use_case.contracts[name].text)
    return found.group(1).strip() if found else ""
