"""What ``flink run -pym jobs.<name>`` does beside running the job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from headrace.cluster.client import FlinkClient
from headrace.cluster.home import Home
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.standalone import StandaloneCluster

pytestmark = pytest.mark.cluster


@pytest.fixture
def bare(
    cluster: StandaloneCluster, flink: FlinkClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FlinkClient:
    """A client whose configuration knows where the cluster is and nothing else, far from the suite."""
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path / "client")
    home.configure({"rest.address": "127.0.0.1", "rest.port": str(cluster.rest_port)})
    return FlinkClient(home, flink.suite)


def test_the_profile_fills_in_what_flink_run_does_not_say(
    cluster: StandaloneCluster, bare: FlinkClient, tmp_path: Path
) -> None:
    options = ["-Dexecution.checkpointing.interval=7 s", "-Dpipeline.name=by hand", "-p", "1"]
    job = bare.run("ingest", "--data", str(tmp_path / "data"), options=options)
    checkpoints = ask(cluster, f"/jobs/{job}/checkpoints/config")
    found = ask(cluster, f"/jobs/{job}/config")
    assert found["name"] == "by hand"
    assert (checkpoints["interval"], checkpoints["min_pause"]) == (7_000, 1_000)
    assert found["execution-config"]["object-reuse-mode"] is True
    assert found["execution-config"]["job-parallelism"] == 1


def test_a_mistake_ends_with_a_sentence(flink: FlinkClient, tmp_path: Path) -> None:
    with pytest.raises(
        HeadraceError, match="flink run failed: there is no environment 'nowhere'; there are: "
    ):
        flink.run("ingest", "--environment", "nowhere", "--data", str(tmp_path))


def ask(cluster: StandaloneCluster, path: str) -> Any:
    with urlopen(f"{cluster.address}{path}", timeout=30) as answer:  # noqa: S310 -- our own cluster
        return json.load(answer)
