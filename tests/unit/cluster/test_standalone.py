from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.cluster.ports import free_ports
from headrace.cluster.standalone import StandaloneCluster
from headrace.errors import HeadraceError
from tests.unit.cluster.programs import scripted

if TYPE_CHECKING:
    from pathlib import Path


def test_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20


def test_a_program_that_ends_at_once_is_named_with_its_output(tmp_path: Path) -> None:
    cluster = StandaloneCluster(scripted(tmp_path, "echo no memory; exit 3"), {})
    with (
        pytest.raises(HeadraceError, match=r"(?s)the (job|task)manager ended while .*manager\.out") as raised,
        cluster,
    ):
        pass
    assert (tmp_path / "log" / "jobmanager.out").read_text() == "no memory\n", raised


def test_slots_that_do_not_come_are_an_error_and_nothing_stays(tmp_path: Path) -> None:
    cluster = StandaloneCluster(scripted(tmp_path, "exec sleep 600"), {})
    cluster.start()
    daemons = list(cluster._daemons)  # noqa: SLF001 -- what is to be gone afterwards
    with pytest.raises(HeadraceError, match="did not offer 4 slots within 0 s"):
        cluster.wait_for_slots(patience=0.1)
    assert all(daemon.is_alive for daemon in daemons)
    cluster.stop()
    assert not any(daemon.is_alive for daemon in daemons)


def test_sizes_can_be_chosen_and_addresses_can_not(tmp_path: Path) -> None:
    options = {"taskmanager.memory.process.size": "4g", "rest.bind-address": "0.0.0.0"}  # noqa: S104 -- refused
    cluster = StandaloneCluster(scripted(tmp_path, "exec sleep 600"), options)
    cluster.start()
    cluster.stop()
    written = (tmp_path / "conf" / "config.yaml").read_text()
    assert "taskmanager.memory.process.size: 4g" in written
    assert "rest.bind-address: 127.0.0.1" in written
