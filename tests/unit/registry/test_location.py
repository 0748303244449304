from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.registry.location import location_of, masked

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_uri_a_database_and_a_folder_stand_in_the_data_folder(tmp_path: Path) -> None:
    found = location_of(None, tmp_path)
    assert found.uri == f"sqlite:///{tmp_path}/mlflow/mlflow.db"
    assert found.artifacts == f"file://{tmp_path}/mlflow/artifacts"


def test_a_server_decides_where_its_files_are(tmp_path: Path) -> None:
    assert location_of("http://mlflow:5000", tmp_path).artifacts is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://mlflow:5000", "http://mlflow:5000"),
        ("http://ann:secret@mlflow:5000/api", "http://***@mlflow:5000/api"),
        ("postgresql://secret@db/runs?sslmode=require&password=secret", "postgresql://***@db/runs?***"),
        ("no answer from http://a:secret@m/x and https://b:secret@n/y", "no answer from http://***@m/x and https://***@n/y"),
        ("sqlite:////data/mlflow/mlflow.db", "sqlite:////data/mlflow/mlflow.db"),
        ("which version is meant? version=3", "which version is meant? version=3"),
    ],
)  # fmt: skip
def test_nothing_secret_is_shown(text: str, shown: str) -> None:
    assert masked(text) == shown
