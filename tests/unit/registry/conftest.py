"""A version, and an MLflow registry on SQLite that the tests of a run share, since making its tables takes seconds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from headrace.models.artifact import Artifact, load_artifact
from headrace.models.definition import ModelDefinition, load_definition
from headrace.registry.location import location_of
from headrace.registry.mlflow_registry import MlflowRegistry
from tests.artifact import make_artifact
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["headrace"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one version and its report."""
    data = tmp_path_factory.mktemp("data")
    make_artifact(data / "models" / "fraud-test")
    (data / "reports").mkdir()
    (data / "reports" / "fraud-test.html").write_text("<p>a report</p>", encoding="utf-8")
    return data


@pytest.fixture(scope="session")
def artifact(home: Path) -> Artifact:
    return load_artifact(home / "models" / "fraud-test")


@pytest.fixture(scope="session")
def registry(home: Path) -> Iterator[MlflowRegistry]:
    before = dict(os.environ)
    yield MlflowRegistry(location_of(None, home))
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def no_uri_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture(scope="session")
def definition() -> ModelDefinition:
    return load_definition(ROOT, "fraud")
