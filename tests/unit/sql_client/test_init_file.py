"""What a session of the SQL client begins with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.resolve import Resolver
from headrace.runtime.suite import Suite
from headrace.sql_client.init_file import init_statements
from tests.local_tables import ROOT, resolver

JAR = Path("rolling.jar")


def test_everything_of_the_use_case_is_there_and_stands_after_what_it_needs(tmp_path: Path) -> None:
    found = init_statements(resolver(ROOT, tmp_path), {}, [JAR], {})
    created = [
        name
        for each in found
        for name in re.findall(
            r"^CREATE (?:TEMPORARY )?(?:SYSTEM )?(?:TABLE|VIEW|FUNCTION) (\w+)", each, re.MULTILINE
        )
    ]
    use_case = Suite(ROOT).use_case("fraud")
    assert {*use_case.views, *use_case.functions, *use_case.contracts} <= {*created}
    assert created.index("rolling_in_order") < created.index("customer_features")
    assert created.index("customer_features") < created.index("terminal_events")


def test_what_is_written_stands_in_sinks_as_in_a_job(tmp_path: Path) -> None:
    database, created = "", []
    for each in init_statements(resolver(ROOT, tmp_path), {}, [JAR], {}):
        if each.startswith("USE "):
            database = each.split()[1]
        found = re.search(r"^CREATE TABLE (\w+) ", each, re.MULTILINE)
        created += [f"{database}.{found.group(1)}"] if found else []
    contracts = Suite(ROOT).use_case("fraud").contracts
    assert sorted(created) == sorted(
        f"{place}.{name}" for name in contracts for place in ("default_database", "sinks")
    )


def test_settings_come_first_and_the_job_parameters_are_among_them(tmp_path: Path) -> None:
    first, *others = init_statements(
        resolver(ROOT, tmp_path), {"parallelism.default": "2"}, [JAR], {"headrace.model": "m/it's"}
    )
    assert first == "SET 'parallelism.default' = '2'"
    assert any("headrace.model" in each for each in others if each.startswith("SET"))
    assert others.index("ADD JAR 'rolling.jar'") < others.index("CREATE DATABASE IF NOT EXISTS contracts")
    assert others[-1] == "USE default_database"


def test_a_contract_without_a_table_in_the_environment_is_an_error(tmp_path: Path) -> None:
    suite = Suite(ROOT)
    values = {"HEADRACE_DATA": str(tmp_path), "HEADRACE_JOB": "sql"}
    with pytest.raises(HeadraceError, match="alerts"):
        init_statements(Resolver(suite.use_case("fraud"), {}, "nowhere", values), {}, [], {})
