from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.doctor import machine
from headrace.doctor.machine import GIGABYTE, JVM, WORKER, Process

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAY = "/usr/bin/java\0-cp\0x.jar\0org.apache.flink.client.python.PythonGatewayServer\0"
BOOT = "/opt/venv/bin/python3\0-m\0pyflink.fn_execution.beam.beam_boot\0--id=1-1\0"


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def with_free(monkeypatch: pytest.MonkeyPatch, gigabytes: float) -> None:
    usage = shutil.disk_usage("/")._replace(free=int(gigabytes * GIGABYTE))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)


@pytest.mark.parametrize(("gigabytes", "status"), [(0.5, "problem"), (2.0, "warning"), (50.0, "ok")])
def test_a_disk_is_judged_by_what_is_free(
    gigabytes: float, status: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_free(monkeypatch, gigabytes)
    finding = machine.disk(tmp_path / "not" / "made")
    assert finding.status == status
    assert f"{gigabytes:.1f} GB free" in finding.said
    assert bool(finding.advice) == (status != "ok")
    assert not (tmp_path / "not").exists()


def system(
    folder: Path, available: float, limit: str = "", used: float = 0, cache: float = 0
) -> tuple[Path, Path]:
    """A /proc and a cgroup that tell of memory, in GB."""
    (folder / "meminfo").write_text(
        f"MemTotal: 99999999 kB\nMemAvailable: {int(available * GIGABYTE / 1024)} kB\n", encoding="utf-8"
    )
    if limit:
        (folder / "memory.max").write_text(limit, encoding="utf-8")
        (folder / "memory.current").write_text(str(int(used * GIGABYTE)), encoding="utf-8")
        (folder / "memory.stat").write_text(
            f"anon 5\ninactive_file {int(cache * GIGABYTE)}\n", encoding="utf-8"
        )
    return folder, folder


@pytest.mark.parametrize(("available", "status"), [(1.0, "problem"), (2.0, "warning"), (8.0, "ok")])
def test_memory_is_judged_by_what_is_available(available: float, status: str, tmp_path: Path) -> None:
    finding = machine.memory(*system(tmp_path, available))
    assert (finding.status, finding.said) == (status, f"{available:.1f} GB available.")


def test_the_limit_of_a_container_counts_and_its_cache_is_free(tmp_path: Path) -> None:
    finding = machine.memory(*system(tmp_path, 20, limit=str(4 * GIGABYTE), used=3.5, cache=1.5))
    assert (finding.status, finding.said) == ("warning", "2.0 GB available.")


def test_a_container_without_a_limit_has_the_machines_memory(tmp_path: Path) -> None:
    assert machine.memory(*system(tmp_path, 20, limit="max")).said == "20.0 GB available."


def test_a_system_that_tells_no_memory_is_no_problem(tmp_path: Path) -> None:
    assert machine.memory(tmp_path, tmp_path).status == "ok"


def test_a_folder_that_can_be_written_stays_as_it_is(tmp_path: Path) -> None:
    assert machine.writable(tmp_path / "work" / "data").status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_a_problem() -> None:
    finding = machine.writable(Path("/proc/headrace"))
    assert finding.status == "problem"
    assert finding.said.startswith("/proc can not be written: ")
    assert "--data" in finding.advice


def test_the_first_port_of_the_web_ui_is_named_when_it_is_free() -> None:
    finding = machine.web_ui_ports()
    assert finding.status == "ok"
    assert re.search(r"\d+ is free \(of 8081 to 8099\)", finding.said)


def test_no_port_left_for_the_web_ui_is_a_problem(listener: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.runtime.rest.FIRST_PORT", listener)
    monkeypatch.setattr("headrace.runtime.rest.LAST_PORT", listener)
    finding = machine.web_ui_ports()
    assert finding.status == "problem"
    assert "--ui-port" in finding.advice


def test_a_service_that_runs_here_is_named(listener: int) -> None:
    finding = machine.service_ports({listener: "Kafka"})
    assert (finding.status, finding.said) == ("ok", f"In use: {listener} (Kafka).")


def test_services_that_do_not_run_are_not_named(listener: int) -> None:
    assert machine.service_ports({}).said == "None of the usual in use."
    assert str(listener) in machine.service_ports({listener: "Kafka"}).said


def process(proc: Path, pid: int, parent: int, command: str) -> None:
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "cmdline").write_text(command, encoding="utf-8")
    (proc / str(pid) / "stat").write_text(f"{pid} (a (strange) name) S {parent} 1 1 0", encoding="utf-8")


def test_flinks_processes_are_told_from_others(tmp_path: Path) -> None:
    process(tmp_path, 10, 2, GATEWAY)
    process(tmp_path, 11, 10, BOOT)
    process(tmp_path, 12, 2, "less\0org.apache.flink.log\0")
    process(tmp_path, 13, 2, "")
    found = sorted(machine.flink_processes(tmp_path), key=lambda each: each.pid)
    assert found == [Process(10, 2, JVM), Process(11, 10, WORKER)]
    finding = machine.leftovers(tmp_path)
    assert (finding.status, finding.said) == ("ok", "Running here: 1 Flink JVM, 1 Python worker.")


def test_workers_whose_task_manager_died_are_named_by_id(tmp_path: Path) -> None:
    process(tmp_path, 11, 1, BOOT)
    process(tmp_path, 12, 1, GATEWAY)
    finding = machine.leftovers(tmp_path)
    assert finding.status == "warning"
    assert "Without a parent: 1 Python worker" in finding.said
    assert finding.advice.endswith("kill 11")


def test_a_process_that_ends_meanwhile_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "10").mkdir()
    assert machine.leftovers(tmp_path).said == "No Flink processes."
