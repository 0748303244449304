"""A disk that is full stops nothing for good."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pyflink
import pytest

from headrace.runtime.java import LOGGING, find_java_home

FLINK = Path(pyflink.__file__).parent


@pytest.mark.flink
def test_a_log_that_can_not_be_written_says_nothing_on_a_pipe_that_nobody_reads() -> None:
    """PyFlink reads the stderr of its JVM never: 64 KB there, and the thread that writes stands still."""
    command = [
        str(find_java_home() / "bin" / "java"),
        "-Dlog.file=/dev/full",
        f"-Dlog4j.configurationFile={LOGGING.as_uri()}",
        *("-cp", f"{FLINK}/lib/*", "org.apache.flink.client.cli.CliFrontend", "--version"),
    ]
    environment = {**os.environ, "FLINK_CONF_DIR": str(FLINK / "conf")}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "Version: " in said.stdout
    assert said.stderr == ""
