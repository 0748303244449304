from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from headrace.cluster.home import JAVA_OPTIONS, Home, distribution
from headrace.runtime.folders import flink_path
from headrace.runtime.java import java_version

if TYPE_CHECKING:
    import pytest


def test_the_distribution_has_what_a_cluster_is_made_of() -> None:
    names = {path.name for path in distribution().iterdir()}
    assert {"bin", "conf", "lib", "opt", "plugins"} <= names


def test_the_wheels_java_options_are_kept(tmp_path: Path) -> None:
    Home(tmp_path).configure({"rest.port": "1234"})
    written = yaml.safe_load((tmp_path / "conf" / "config.yaml").read_text())
    assert "--add-opens=java.base/java.lang=ALL-UNNAMED" in written[JAVA_OPTIONS]
    assert written["rest.port"] == "1234"
    assert (tmp_path / "conf" / "log4j-console.properties").is_file()


def test_given_options_win_over_the_homes_own(tmp_path: Path) -> None:
    Home(tmp_path).configure({"execution.checkpointing.dir": "s3://bucket/checkpoints"})
    written = yaml.safe_load((tmp_path / "conf" / "config.yaml").read_text())
    assert written["execution.checkpointing.dir"] == "s3://bucket/checkpoints"
    assert written["execution.checkpointing.savepoint-dir"] == flink_path(tmp_path / "savepoints")


def test_an_option_is_read_where_it_was_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.option("rest.port") == ""
    home.configure({"rest.port": "1234"})
    assert (home.option("rest.port"), home.option("rest.address")) == ("1234", "")


def test_scripts_get_our_folders_and_a_java_that_fits(tmp_path: Path) -> None:
    variables = Home(tmp_path).environment()
    assert variables["FLINK_CONF_DIR"] == str(tmp_path / "conf")
    assert variables["FLINK_LOG_DIR"] == str(tmp_path / "log")
    assert java_version(Path(variables["JAVA_HOME"]) / "bin" / "java") >= 17


def test_what_was_set_for_a_mini_cluster_stays_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVM_ARGS", "-Xmx1m")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "kept")
    variables = Home(tmp_path).environment()
    assert {"JVM_ARGS", "PYTHONPATH"} & set(variables) == set()
    assert variables["HTTP_PROXY"] == "kept"


def test_pyflinks_jar_stands_in_lib_beside_those_of_the_wheel(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.add_python()
    names = {path.name for path in (tmp_path / "lib").iterdir()}
    assert any(name.startswith("flink-python") for name in names)
    assert {path.name for path in (distribution() / "lib").iterdir()} < names
    assert home.part("lib") == tmp_path / "lib"
