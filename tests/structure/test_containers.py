"""What containers are configured with stands in one place."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from headrace.runtime.configuration import read_profile
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SHIPPED = {
    "env": {"java": {"opts": {"all": "--add-opens"}}},
    "taskmanager": {"memory": {"process": {"size": "1g"}}},
}


@pytest.fixture
def configure() -> Any:
    """The module ``docker/configure.py``, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("configure", ROOT / "docker" / "configure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_compose_says_nothing_that_the_profile_of_clusters_says() -> None:
    properties = COMPOSE["x-flink"]["environment"]["FLINK_PROPERTIES"]
    said = {line.partition(":")[0] for line in properties.splitlines()}
    assert "jobmanager.rpc.address" in said
    assert said & {*read_profile(ROOT, "cluster")} == set()


def test_the_image_has_the_profile_of_clusters_and_keeps_what_flink_has_beside_it(
    configure: Any, tmp_path: Path
) -> None:
    (tmp_path / "flink-conf" / "cluster").mkdir(parents=True)
    config = tmp_path / "flink-conf" / "cluster" / "config.yaml"
    config.write_text(yaml.safe_dump(SHIPPED))
    configure.main(ROOT / "flink-conf" / "cluster" / "config.yaml", config)
    expected = {"env.java.opts.all": "--add-opens", **read_profile(ROOT, "cluster")}
    assert read_profile(tmp_path, "cluster") == expected


def test_no_container_is_reached_by_another_machine() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert len(published) >= 5
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
