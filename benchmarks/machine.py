"""What a benchmark ran on."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from headrace.planning.calibration import cores
from headrace.runtime.java import find_java_home, java_version

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["busy_cores", "cores", "load", "machine", "versions"]
_CPU = Path("/proc/cpuinfo")


def machine() -> dict[str, str]:
    """Processor, cores, memory and operating system."""
    return {
        "processor": _processor(),
        "cores": f"{cores()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": platform.system(),
    }


def load() -> float:
    """Processes that wanted a core in the last minute, on average."""
    return psutil.getloadavg()[0]


def busy_cores(seconds: float = 1.0) -> float:
    """How many cores are at work just now, whoever uses them.

    Args:
        seconds: how long that is looked at.
    """
    return psutil.cpu_percent(seconds) / 100 * (psutil.cpu_count() or 1)


def versions(peer: Path, packages: Mapping[str, str]) -> dict[str, str]:
    """Of Flink, Java, Python and the peers.

    Args:
        peer: the Python that has the peers.
        packages: what a reader calls a peer → its package.

    Raises:
        CalledProcessError: when it lacks one.
    """
    ask = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    command = [str(peer), "-c", ask, *packages.values()]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 -- ours
    return {
        "Flink": version("apache-flink"),
        "Java": str(java_version(find_java_home() / "bin" / "java")),
        "Python": platform.python_version(),
        **dict(zip(packages, said.split())),
    }


def _processor() -> str:
    lines = _CPU.read_text(encoding="utf-8").splitlines() if _CPU.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
