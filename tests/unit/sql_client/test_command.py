from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.connectors.store import JarStore

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_session_takes_along_what_its_tables_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JarStore, "fetch", JarStore.path)
    place = ["--cluster", str(tmp_path / "cluster"), "--data", str(tmp_path / "data")]
    said = CliRunner().invoke(app, ["sql", "--print", "--environment", "kafka-protobuf", *place])
    assert said.exit_code == 0, said.output
    init = (tmp_path / "cluster" / "init-fraud.sql").read_text()
    jars = [line.rpartition("/")[2] for line in init.splitlines() if line.startswith("ADD JAR")]
    assert [jar.partition("-")[0] for jar in jars] == ["headrace", "flink", "protobuf"]
