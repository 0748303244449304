from __future__ import annotations

import json
from pathlib import Path

import fastavro
import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.connectors.avro import avro_schema
from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite, UseCase
from tests.local_tables import ROOT

CASE = Suite(ROOT).use_case("fraud")


def test_columns_become_fields_with_logical_types() -> None:
    fields = {field["name"]: field["type"] for field in avro_schema(CASE, "predictions")["fields"]}
    assert fields["transaction_id"] == "long"
    assert fields["event_time"] == ["null", {"type": "long", "logicalType": "timestamp-millis"}]
    assert fields["amount"] == {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}
    assert fields["score"] == "double"


def test_local_times_are_not_instants() -> None:
    (field,) = (each for each in avro_schema(CASE, "served_predictions")["fields"] if "time" in each["name"])
    assert field["type"][1]["logicalType"] == "local-timestamp-millis"


@pytest.mark.parametrize("name", sorted(CASE.contracts))
def test_every_contract_has_a_schema(name: str) -> None:
    assert fastavro.parse_schema(avro_schema(CASE, name))


def test_a_schema_is_printed_for_readers() -> None:
    said = CliRunner().invoke(app, ["topics", "--schema", "alerts"]).stdout
    assert json.loads(said) == avro_schema(CASE, "alerts")


def test_a_contract_that_is_not_there_is_said() -> None:
    with pytest.raises(HeadraceError, match="fraud has no contract 'nothing'; it has: alerts, "):
        avro_schema(CASE, "nothing")


def test_a_type_without_translation_is_said() -> None:
    text = "CREATE TABLE contracts.a (b TIME NOT NULL, WATERMARK FOR b AS b)"
    case = UseCase("case", {"a": Statement("a", Path("a.sql"), text)})
    with pytest.raises(HeadraceError, match=r"a\.b is TIME, for which no Avro type"):
        avro_schema(case, "a")
