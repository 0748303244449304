from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.connectors.manifest import Jar, read_manifest
from headrace.connectors.store import JarStore
from headrace.doctor.jars import pinned
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = read_manifest(ROOT)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADRACE_CACHE", str(tmp_path))


def test_what_can_be_fetched_is_listed_with_what_is_here() -> None:
    answer = json.loads(CliRunner().invoke(app, ["connectors", "list", "--json"]).stdout)
    assert [row["name"] for row in answer] == [*GROUPS]
    assert [row["jars"] for row in answer] == [len(group.jars) for group in GROUPS.values()]
    assert {row["here"] for row in answer} == {0}


def test_fetching_gives_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JarStore, "fetch", JarStore.path)
    answer = json.loads(CliRunner().invoke(app, ["connectors", "fetch", "kafka", "--json"]).stdout)
    assert [path.rpartition("/")[2] for path in answer] == [jar.file_name for jar in GROUPS["kafka"].jars]


def test_the_doctor_says_which_pinned_jars_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = {*GROUPS["kafka"].jars}
    monkeypatch.setattr(JarStore, "has", lambda _, jar: jar in kafka)
    found = pinned(ROOT, (2, 3))
    assert (found.status, found.said.rpartition("; ")[2]) == ("ok", "here: kafka.")


def test_the_doctor_names_pinned_jars_for_another_flink() -> None:
    found = pinned(ROOT, (2, 1))
    assert found.status == "problem"
    assert "org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2" in found.said
    assert "flink-connector-jdbc-core" not in found.said


def test_the_doctor_passes_on_what_is_wrong_with_the_manifest(tmp_path: Path) -> None:
    assert pinned(tmp_path, (2, 3)).status == "problem"
    assert Jar("a:b:1", "0" * 64).file_name == "b-1.jar"
