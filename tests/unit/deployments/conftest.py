"""Three versions of the fraud model that score alike but decide differently, and a log to deploy them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from headrace.deployments.record import to_millis
from headrace.models.definition import load_definition
from headrace.training.period import moment
from tests.artifact import make_artifact, make_frame
from tests.local_tables import ROOT
from tests.object_store import forget_aws, running
from tests.unit.deployments.places import InBucket, InFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from tests.object_store import ObjectStore
    from tests.unit.deployments.places import Place

THRESHOLDS = {"fraud-a": 0.5, "fraud-b": 0.9, "fraud-c": 0.1}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three versions under models/."""
    data = tmp_path_factory.mktemp("versions")
    for version, threshold in THRESHOLDS.items():
        make_artifact(data / "models" / version, version, threshold)
    return data


@pytest.fixture(scope="session")
def columns() -> dict[str, NDArray[Any]]:
    """Features of some hundred events."""
    definition = load_definition(ROOT, "fraud")
    frame = make_frame(definition)
    return {feature.name: frame[feature.name].to_numpy() for feature in definition.features}


@pytest.fixture(scope="session")
def times(columns: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
    """An event a minute from 2018-05-01 on."""
    begin = to_millis(moment("2018-05-01"))
    return begin + 60_000 * np.arange(len(columns["amount"]), dtype=np.int64)


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """An object store; the AWS environment says nothing."""
    forget_aws(monkeypatch)
    with running() as store:
        yield store


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a log can lie."""
    if request.param == "folder":
        return InFolder(tmp_path / "deployments")
    return InBucket(request.getfixturevalue("objects"), "bucket/team/deployments")
