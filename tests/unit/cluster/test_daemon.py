from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from headrace.cluster.daemon import Daemon, start_daemon
from tests.unit.cluster.programs import wait_until

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def start(code: str, folder: Path) -> Daemon:
    daemon = start_daemon("test", [sys.executable, "-c", code], os.environ, folder / "test.out")
    wait_until(lambda: bool(daemon.output.read_text()))
    return daemon


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_a_killed_program_leaves_behind_is_ended_with_it(tmp_path: Path) -> None:
    daemon = start(PARENT, tmp_path)
    child = int(daemon.output.read_text())
    os.kill(daemon.process.pid, signal.SIGKILL)
    wait_until(lambda: not daemon.is_alive)
    assert is_running(child)
    daemon.stop()
    wait_until(lambda: not is_running(child))


def test_a_program_that_does_not_listen_is_ended(tmp_path: Path) -> None:
    daemon = start(DEAF, tmp_path)
    daemon.stop(patience=0.2)
    assert not daemon.is_alive
    assert daemon.process.returncode == -signal.SIGKILL


def test_a_program_that_listens_ends_by_itself(tmp_path: Path) -> None:
    daemon = start("import time; print('here', flush=True); time.sleep(600)", tmp_path)
    daemon.stop()
    assert daemon.process.returncode == -signal.SIGTERM


def test_stopping_twice_is_stopping(tmp_path: Path) -> None:
    daemon = start("print('done')", tmp_path)
    daemon.stop()
    daemon.stop()
    assert not daemon.is_alive
