"""``headrace models register``, and what the commands say that log what they made."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from mlflow import MlflowClient

from headrace.cli import registration
from headrace.registry.mlflow_registry import RegistryError
from headrace.training import train as training
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.artifact import Artifact
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

pytestmark = pytest.mark.usefixtures("registry")


def test_a_version_is_registered_under_its_use_case(headrace: Headrace, home: Path) -> None:
    said = headrace("models", "register", "fraud-test", "--data", home, "--json")
    found = json.loads(said.out)
    client = MlflowClient(f"sqlite:///{home.resolve()}/mlflow/mlflow.db")
    assert found["name"] == "fraud"
    assert client.get_model_version("fraud", found["number"]).run_id == found["run"]


def test_a_training_is_logged_unless_told_otherwise(
    headrace: Headrace, home: Path, artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "train", lambda _training, _watch: artifact)
    command = ["train", "fraud", "--from", "2018-05-01", "--to", "2018-05-02", "--data", home, "--json"]
    logged = json.loads(headrace(*command).out)["registered"]
    run = MlflowClient(f"sqlite:///{home.resolve()}/mlflow/mlflow.db").get_run(logged["run"])
    assert run.data.tags["headrace.version"] == "fraud-test"
    assert json.loads(headrace(*command, "--no-log").out)["registered"] is None


def test_people_read_where_it_was_logged(headrace: Headrace, home: Path) -> None:
    said = headrace("models", "register", "fraud-test", "--name", "people", "--data", home)
    assert said.out == f"logged   as version 1 of people in sqlite:///{home.resolve()}/mlflow/mlflow.db\n"


def test_without_mlflow_registering_fails_with_the_line_that_installs_it(
    headrace: Headrace, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    said = headrace("models", "register", "fraud-test", "--data", home)
    assert "pip install mlflow-skinny sqlalchemy alembic" in one_error(said)


def test_without_mlflow_a_trained_version_stays_and_the_note_says_how_to_log_it(
    artifact: Artifact, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert registration.log_version(artifact, "fraud", None, None, home) is None
    said = capsys.readouterr().err
    assert said.startswith("not logged: MLflow can not be used here")
    assert "headrace models register logs it later" in said


def test_a_server_that_does_not_answer_does_not_take_the_version_with_it(
    artifact: Artifact, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(RegistryError, match=f"fraud-test is in {artifact.path}; headrace models register"):
        registration.log_version(artifact, "fraud", None, "http://127.0.0.1:9", home)
