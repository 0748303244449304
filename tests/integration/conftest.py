"""A broker, a schema registry and a Postgres server for all tests here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.kafka import kafka as running_kafka
from tests.services.postgres import postgres as running_postgres
from tests.services.registry import schema_registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services.postgres import Postgres


@pytest.fixture(scope="session")
def kafka(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a broker is, ``host:port``."""
    with running_kafka(root, tmp_path_factory.mktemp("kafka")) as servers:
        yield servers


@pytest.fixture(scope="session")
def registry(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a schema registry is."""
    with schema_registry(root, tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture(scope="session")
def postgres(root: Path) -> Iterator[Postgres]:
    """A Postgres server."""
    with running_postgres(root) as server:
        yield server
