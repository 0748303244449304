"""``headrace models import``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headrace.registry.entry import entry_of
from tests import foreign
from tests.artifact import make_frame
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition
    from headrace.registry.mlflow_registry import MlflowRegistry
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]


@pytest.fixture
def rows(definition: ModelDefinition, tmp_path: Path) -> Path:
    path = tmp_path / "judged.parquet"
    make_frame(definition).assign(note="a column that no model knows").to_parquet(path)
    return path


@pytest.fixture
def command(rows: Path, home: Path) -> list[Any]:
    return ["--use-case", "fraud", "--rows", rows, "--data", home, "--threshold", "0.5"]


def test_a_network_becomes_a_version_that_is_listed_and_can_be_deployed(
    headrace: Headrace, tmp_path: Path, home: Path, command: list[Any]
) -> None:
    path = foreign.write_network(tmp_path / "net.onnx", 15)
    said = headrace("models", "import", path, *command, "--no-log")
    assert said.code == 0, said.err
    version = next(line for line in said.out.splitlines() if line.startswith("artifact ")).rpartition("/")[2]
    assert "note     the file does not name its columns" in said.out
    assert "logged" not in said.out
    listed = json.loads(headrace("models", "list", "--data", home, "--json").out)
    assert version in {each["version"] for each in listed}
    assert "elsewhere" in headrace("models", "show", version, "--data", home).out
    compared = headrace("models", "compare", version, "fraud-test", "--data", home)
    assert "imported file" in compared.out
    assert (home / "reports" / f"{version}.html").read_text(encoding="utf-8").count("<svg") == 5
    log = tmp_path / "deployments"
    deployed = headrace("deploy", version, "--reason", "try", "--data", home, "--deployments", log)
    assert deployed.out == f"record 1: {version} is champion for all events\n"


@pytest.mark.usefixtures("registry")
def test_an_import_is_logged_with_the_hash_of_its_file(
    headrace: Headrace, tmp_path: Path, command: list[Any]
) -> None:
    path = foreign.write_network(tmp_path / "net.onnx", 15)
    document = json.loads(headrace("models", "import", path, *command, "--json").out)
    assert document["registered"]["name"] == "fraud"
    assert document["imported"]["kind"] == "onnx"


def test_a_registered_version_is_fetched_into_another_data_folder(
    headrace: Headrace, tmp_path: Path, home: Path, registry: MlflowRegistry, artifact: Artifact
) -> None:
    number = registry.register(entry_of(artifact, "shared", None)).number
    uri = f"sqlite:///{home.resolve()}/mlflow/mlflow.db"
    place = ["--tracking-uri", uri, "--data", tmp_path]
    said = headrace("models", "import", f"models:/shared/{number}", "--use-case", "fraud", *place)
    assert said.code == 0, said.err
    assert "logged" not in said.out
    copy = tmp_path / "models" / "fraud-test" / "manifest.json"
    assert copy.read_bytes() == (artifact.path / "manifest.json").read_bytes()


def test_a_pickle_is_refused_with_what_would_allow_it(
    headrace: Headrace, tmp_path: Path, command: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADRACE_ALLOW_PICKLE", raising=False)
    (tmp_path / "m.joblib").write_bytes(b"")
    error = one_error(headrace("models", "import", tmp_path / "m.joblib", *command))
    assert "is a pickle: loading it runs whatever is in it" in error
    assert "--allow-pickle --sha256 e3b0c44298fc" in error


def test_another_definition_is_refused_with_those_there_are(headrace: Headrace, tmp_path: Path) -> None:
    error = one_error(headrace("models", "import", tmp_path / "m.onnx", "--use-case", "froud"))
    assert "there is no model definition 'froud'" in error
