"""What MLflow itself says of what was logged."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

import mlflow
import pytest
from mlflow import MlflowClient

from headrace.models.artifact import load_artifact
from headrace.registry.entry import entry_of
from headrace.registry.location import Location, location_of
from headrace.registry.mlflow_registry import MlflowMissingError, MlflowRegistry, RegistryError
from tests.artifact import make_artifact, make_frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition

    Client = Callable[[], MlflowClient]


@pytest.fixture
def client(home: Path, registry: MlflowRegistry) -> MlflowClient:  # noqa: ARG001 -- makes the tables
    return MlflowClient(location_of(None, home).uri)


def test_a_version_logged_twice_is_two_runs_and_two_numbers(
    registry: MlflowRegistry, client: MlflowClient, artifact: Artifact
) -> None:
    entry = entry_of(artifact, "twice", None)
    first, second = registry.register(entry), registry.register(entry)
    assert (first.number, second.number) == ("1", "2")
    assert first.run != second.run
    assert {each.run_id for each in client.search_model_versions("name = 'twice'")} == {first.run, second.run}


def test_a_run_says_what_was_learned_from_what_and_how_good_it_is(
    registry: MlflowRegistry, client: MlflowClient, artifact: Artifact, home: Path
) -> None:
    report = home / "reports" / "fraud-test.html"
    run = client.get_run(registry.register(entry_of(artifact, "logged", report)).run)
    document = artifact.manifest.document
    assert run.info.run_name == "fraud-test"
    assert run.info.status == "FINISHED"
    assert run.data.metrics["training/roc_auc"] == document["training"]["metrics"]["roc_auc"]
    assert run.data.params["training_rows"] == "400"
    assert run.data.params["threshold"] == "0.5"
    assert "LogisticRegression" in run.data.params["estimator"]
    tags = run.data.tags
    assert tags["headrace.training_sha256"] == document["training"]["sha256"]
    assert tags["headrace.feature_sql_sha256"] == "0" * 64
    assert {each.path for each in client.list_artifacts(run.info.run_id)} == {"model", "report.html"}


def test_a_registered_version_names_the_hash_of_its_manifest(
    registry: MlflowRegistry, client: MlflowClient, artifact: Artifact
) -> None:
    number = registry.register(entry_of(artifact, "hashed", None)).number
    manifest = (artifact.path / "manifest.json").read_bytes()
    tags = client.get_model_version("hashed", number).tags
    assert tags["headrace.artifact_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert tags["headrace.version"] == "fraud-test"


@pytest.mark.parametrize("uri", ["models:/fetched/1", "models:/fetched@best", "runs:/{run}/model"])
def test_what_is_fetched_is_the_sealed_artifact(
    registry: MlflowRegistry, client: MlflowClient, artifact: Artifact, tmp_path: Path, uri: str
) -> None:
    registered = registry.register(entry_of(artifact, "fetched", None))
    client.set_registered_model_alias("fetched", "best", registered.number)
    fetched = registry.download(uri.format(run=registered.run), tmp_path)
    assert load_artifact(fetched).manifest == artifact.manifest


def test_mlflow_loads_it_as_a_function_that_scores_as_a_worker_does(
    registry: MlflowRegistry, home: Path, artifact: Artifact, definition: ModelDefinition
) -> None:
    registered = registry.register(entry_of(artifact, "served", None))
    mlflow.set_tracking_uri(location_of(None, home).uri)
    served = mlflow.pyfunc.load_model(f"models:/served/{registered.number}")
    integers = {each.name: "int32" for each in definition.features if each.type == "INT"}
    rows = make_frame(definition)[definition.feature_names].head(5).astype(integers)
    scored = served.predict(rows)
    assert scored["score"].tolist() == artifact.model.scores(rows.to_numpy(float)).tolist()
    assert set(scored["model_version"]) == {"fraud-test"}
    assert [(each.name, each.type.name) for each in served.metadata.signature.inputs][:2] == [
        ("amount", "double"),
        ("is_weekend", "integer"),
    ]


def test_what_mlflow_does_not_have_is_refused_in_a_sentence(registry: MlflowRegistry, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"could not give models:/nobody/7: .*nobody"):
        registry.download("models:/nobody/7", tmp_path)


def test_a_run_that_could_not_be_completed_is_marked_as_failed(
    registry: MlflowRegistry, client: MlflowClient, tmp_path: Path
) -> None:
    artifact = load_artifact(make_artifact(tmp_path / "fraud-gone"))
    entry = entry_of(artifact, "failed", None)
    (artifact.path / "model.onnx").unlink()
    artifact.path.joinpath("model.onnx").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RegistryError, match="could not take fraud-test"):
        registry.register(entry)
    (run,) = client.search_runs([client.get_experiment_by_name("failed").experiment_id])
    assert run.info.status == "FAILED"


def test_a_server_that_does_not_answer_is_named_without_its_account(
    artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    registry = MlflowRegistry(Location("http://ann:secret@127.0.0.1:9"))
    with pytest.raises(RegistryError) as refused:
        registry.register(entry_of(artifact, "unheard", None))
    assert "registry at http://***@127.0.0.1:9 could not take fraud-test" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_without_mlflow_the_error_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MlflowMissingError, match="pip install mlflow-skinny sqlalchemy alembic"):
        MlflowRegistry(location_of(None, tmp_path))
