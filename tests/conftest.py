"""What tests share: the suite, and sessions in one JVM for the whole run."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from headrace.runtime.configuration import embedded, operator_jars, read_profile
from headrace.runtime.java import use_java
from headrace.runtime.run import make_importable
from headrace.runtime.session import Session
from tests.artifact import make_artifact
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def pytest_configure() -> None:
    """Let what tests start be interrupted, also below a background job of a shell, and be as wide as a test says."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # pytest-xdist sets it for its workers, and what prints would keep to it.
    os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def root() -> Path:
    make_importable(ROOT)
    return ROOT


@pytest.fixture
def open_session(root: Path) -> Callable[..., Session]:
    """A new catalog in the one JVM: milliseconds after the first."""
    use_java()

    def _open(parameters: Mapping[str, str] | None = None, **options: str) -> Session:
        profile = {**read_profile(root, "throughput"), "parallelism.default": "1"}
        return Session({**embedded(profile, "test", parameters or {}, operator_jars(root)), **options})

    return _open


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model of the fraud case."""
    return make_artifact(tmp_path_factory.mktemp("models") / "fraud-test")
