from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.connectors.protobuf import proto_schema
from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite, UseCase
from headrace.tables.contract import read_table
from tests.local_tables import ROOT
from tests.messages import compiled

CASE = Suite(ROOT).use_case("fraud")
READINGS = """-- One row is one reading.
CREATE TABLE contracts.meter_readings (
  meter INT NOT NULL COMMENT 'the meter''s number',
  volume DECIMAL(9, 3) COMMENT 'cubic metres',
  read_at TIMESTAMP_LTZ(3) NOT NULL,
  WATERMARK FOR read_at AS read_at
);
"""
SCHEMA = """syntax = "proto3";

package water;

import "google/protobuf/timestamp.proto";

// One row is one reading.
message MeterReadings {
  // the meter's number
  int32 meter = 1;
  // DECIMAL(9,3): cubic metres
  optional string volume = 2;
  // TIMESTAMP_LTZ(3)
  google.protobuf.Timestamp read_at = 3;
}
"""


def case(text: str, name: str = "meter_readings") -> UseCase:
    return UseCase("water", {name: Statement(name, Path(f"{name}.sql"), text)})


def test_columns_become_fields_in_their_order() -> None:
    assert proto_schema(case(READINGS), "meter_readings") == SCHEMA


def test_without_times_nothing_is_imported() -> None:
    text = "CREATE TABLE contracts.a (b BYTES NOT NULL)"
    assert proto_schema(case(text, "a"), "a") == (
        'syntax = "proto3";\n\npackage water;\n\nmessage A {\n  bytes b = 1;\n}\n'
    )


@pytest.mark.parametrize("name", sorted(CASE.contracts))
def test_every_contract_has_a_schema_that_protoc_takes(name: str, tmp_path: Path) -> None:
    fields = compiled(proto_schema(CASE, name), tmp_path).DESCRIPTOR.fields
    columns = read_table(CASE, name).columns
    assert [(field.number, field.name) for field in fields] == [
        (number, column.name) for number, column in enumerate(columns, start=1)
    ]
    plain = {field.name for field in fields if not field.has_presence}
    assert plain <= {column.name for column in columns if column.required}


@pytest.mark.parametrize("environment", ["kafka-protobuf", "kafka-protobuf-confluent"])
def test_a_schema_is_printed_for_readers_where_the_table_is_protobuf(environment: str) -> None:
    asked = ["topics", "--environment", environment, "--schema"]
    assert CliRunner().invoke(app, [*asked, "alerts"]).stdout == proto_schema(CASE, "alerts")
    assert CliRunner().invoke(app, [*asked, "labels"]).stdout.startswith("{")


def test_a_contract_that_is_not_there_is_said() -> None:
    with pytest.raises(HeadraceError, match="fraud has no contract 'nothing'; it has: alerts, "):
        proto_schema(CASE, "nothing")


def test_a_type_without_translation_is_said() -> None:
    text = "CREATE TABLE contracts.a (b TIME NOT NULL, WATERMARK FOR b AS b)"
    with pytest.raises(HeadraceError, match=r"a\.b is TIME, for which no Protobuf type"):
        proto_schema(case(text, "a"), "a")
