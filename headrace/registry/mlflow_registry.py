"""The registry on MLflow: a run and a registered version for every training.

MLflow is the only thing that this module needs beside the entry, and this is the only module that needs MLflow.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.names import checked_name, shown
from headrace.registry.entry import Entry, Registered
from headrace.registry.location import Location, masked
from headrace.registry.mlmodel import write_mlmodel

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL = "pip install mlflow-skinny sqlalchemy alembic"
MODEL = "model"
REPORT = "report.html"
PARAMETER_LENGTH = 500
"""Characters of a parameter that every version of MLflow takes."""
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


class MlflowMissingError(HeadraceError):
    """MLflow is not installed."""


class RegistryError(HeadraceError):
    """The registry could not be reached, or refused."""


class MlflowRegistry:
    """Runs and versions on MLflow.

    Args:
        location: where.

    Raises:
        MlflowMissingError: MLflow, or what it needs for its database, is not installed.
        RegistryError: the location can not be opened.
    """

    def __init__(self, location: Location) -> None:
        self._location = location
        if location.folder:
            location.folder.mkdir(parents=True, exist_ok=True)
        with self._understood("be opened"):
            self._client = _client(location.uri)

    def register(self, entry: Entry) -> Registered:
        """Log a run with parameters, metrics, hashes, report and artifact, and register the artifact.

        Nothing is replaced: the same version logged again is another run and another number. A run that can not be
        completed stays, marked as failed.

        Raises:
            RegistryError: MLflow refused, or could not be reached; says what was left undone.
            InvalidNameError: the registered model has no name that headrace takes.
        """
        checked_name(entry.name, "the registered model")
        with self._understood(f"take {entry.artifact.manifest.version}"):
            run = self._client.create_run(
                self._experiment(entry.name), tags=dict(entry.tags), run_name=entry.artifact.manifest.version
            )
            with self._ended(run.info.run_id):
                self._log(run.info.run_id, entry)
                number = self._number(run, entry)
        artifact = masked(f"{run.info.artifact_uri}/{MODEL}")
        return Registered(entry.name, number, run.info.run_id, self._location.shown, artifact)

    def download(self, uri: str, target: Path) -> Path:
        """Copy the files of a registered version or of a run.

        Args:
            uri: ``models:/<name>/<version>``, ``models:/<name>@<alias>`` or ``runs:/<id>/<path>``.
            target: an existing folder to put them in.

        Raises:
            RegistryError: there is no such thing, or it can not be reached.
            InvalidNameError: a part of the URI is no name.
        """
        _check_names(uri)
        from mlflow.artifacts import download_artifacts

        with self._understood(f"give {uri}"):
            source = self._source(uri) if uri.startswith("models:/") else uri
            return Path(
                download_artifacts(artifact_uri=source, dst_path=str(target), tracking_uri=self._location.uri)
            )

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found:
            return str(found.experiment_id)
        return str(self._client.create_experiment(name, artifact_location=self._location.artifacts))

    def _log(self, run: str, entry: Entry) -> None:
        """Everything but the registration."""
        from mlflow.entities import Metric, Param

        parameters = [Param(key, value[:PARAMETER_LENGTH]) for key, value in entry.parameters.items()]
        now = int(time.time() * 1000)
        metrics = [Metric(key, value, timestamp=now, step=0) for key, value in entry.metrics.items()]
        self._client.log_batch(run, metrics=metrics, params=parameters)
        self._client.log_artifacts(run, str(entry.artifact.path), MODEL)
        with tempfile.TemporaryDirectory() as folder:
            self._client.log_artifact(run, str(write_mlmodel(entry.artifact, run, Path(folder))), MODEL)
            if entry.report:
                copy = Path(folder) / REPORT
                copy.write_bytes(entry.report.read_bytes())
                self._client.log_artifact(run, str(copy))

    def _number(self, run: Any, entry: Entry) -> str:
        """Register the artifact of a run; returns its number."""
        if not self._client.search_registered_models(f"name = '{entry.name}'"):
            self._client.create_registered_model(entry.name)
        source = f"{run.info.artifact_uri}/{MODEL}"
        version = self._client.create_model_version(
            entry.name, source, run.info.run_id, tags=dict(entry.tags)
        )
        return str(version.version)

    def _source(self, uri: str) -> str:
        """Where the files of a registered version are."""
        name, at, alias = uri[len("models:/") :].partition("@")
        if not at:
            name, _, number = name.partition("/")
        else:
            number = self._client.get_model_version_by_alias(name, alias).version
        return str(self._client.get_model_version_download_uri(name, str(number)))

    @contextmanager
    def _ended(self, run: str) -> Iterator[None]:
        """Mark a run as finished, or as failed."""
        try:
            yield
        except BaseException:
            self._client.set_terminated(run, status="FAILED")
            raise
        self._client.set_terminated(run)

    @contextmanager
    def _understood(self, what: str) -> Iterator[None]:
        """What MLflow raises, in a sentence without accounts.

        Raises:
            MlflowMissingError, RegistryError: instead of it.
        """
        try:
            yield
        except ImportError as error:
            raise MlflowMissingError(
                f"MLflow can not be used here: {error}", f"Install it: {INSTALL}"
            ) from error
        except HeadraceError:
            raise
        except Exception as error:  # noqa: BLE001 -- MLflow lets through what its database, its storage and HTTP raise
            raise RegistryError(
                f"the registry at {self._location.shown} could not {what}: {masked(str(error))}",
                "Check --tracking-uri or MLFLOW_TRACKING_URI, and that the server runs.",
            ) from None


def _check_names(uri: str) -> None:
    """Hold each part of ``models:/…`` or ``runs:/…`` against the rule for names."""
    scheme, _, path = uri.rstrip("/").partition(":/")
    for part in re.split("[/@]", path) if scheme == "models" else path.split("/"):
        checked_name(part, f"in {shown(uri)}, the part")


def _client(uri: str) -> Any:
    """MLflow's client, which neither reports to anybody nor chats."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=uri)
