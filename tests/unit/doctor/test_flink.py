from __future__ import annotations

from pathlib import Path

import pytest

from headrace.doctor import flink
from headrace.errors import HeadraceError

HERE = (2, 3, 0)


@pytest.mark.parametrize(
    ("name", "made_for"),
    [
        ("flink-sql-connector-kafka-5.0.0-2.2.jar", (2, 2)),
        ("flink-connector-jdbc-core-4.0.0-2.0.jar", (2, 0)),
        ("flink-sql-connector-kafka-3.2.0-1.18.jar", (1, 18)),
        ("flink-sql-connector-kafka_2.12-1.14.6.jar", (1, 14, 6)),
        ("flink-scala_2.12-2.3.0.jar", (2, 3, 0)),
        ("flink-json-2.3.0.jar", (2, 3, 0)),
        ("iceberg-flink-runtime-2.1-1.11.0.jar", (2, 1)),
        ("paimon-flink-2.1-1.3.0.jar", (2, 1)),
        ("paimon-flink-2.1-1.3.jar", (2, 1)),
        ("flink-doris-connector-1.19-26.0.0.jar", (1, 19)),
        ("flink-connector-x-1.0-2.1.jar", (2, 1)),
    ],
)
def test_a_jar_says_in_its_name_for_which_flink_it_is(name: str, made_for: tuple[int, ...]) -> None:
    jar = flink.parse(name, Path(name))
    assert jar
    assert jar.flink == made_for


@pytest.mark.parametrize(
    "name",
    [
        "postgresql-42.7.4.jar",
        "log4j-1.2-api-2.25.3.jar",
        "flink-sql-connector-mysql-cdc-3.5.0.jar",
        "flink-shaded-hadoop-2-uber-2.8.3-10.0.jar",
        "flink-faker-0.5.3.jar",
        "flink.jar",
        "README.md",
    ],
)
def test_names_that_do_not_tell_are_passed_over(name: str) -> None:
    assert flink.parse(name, Path(name)) is None


@pytest.mark.parametrize(
    ("made_for", "fits"),
    [((2, 2), True), ((2, 3), True), ((2, 3, 0), True), ((2, 4), False), ((1, 20), False), ((3, 0), False)],
)
def test_a_jar_fits_the_same_major_version_and_later_minor_ones(
    made_for: tuple[int, ...], fits: bool
) -> None:
    assert flink.fits(made_for, HERE) is fits


def jars(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).touch()
    return folder


def test_jars_for_this_flink_are_well(tmp_path: Path) -> None:
    folder = jars(
        tmp_path, "flink-sql-connector-kafka-5.0.0-2.2.jar", "postgresql-42.7.4.jar", "flink-json-2.3.0.jar"
    )
    finding = flink.connector_jars([folder], HERE)
    assert (finding.status, finding.said) == ("ok", "2 jars, made for Flink 2.x.")


def test_a_jar_for_another_flink_is_a_problem_with_its_name(tmp_path: Path) -> None:
    folder = jars(tmp_path, "flink-sql-connector-kafka-3.2.0-1.18.jar")
    finding = flink.connector_jars([folder / "flink-sql-connector-kafka-3.2.0-1.18.jar"], HERE)
    assert finding.status == "problem"
    assert finding.said == "flink-sql-connector-kafka-3.2.0-1.18.jar is for Flink 1.18; this is 2.3.0."
    assert "ends in 2.3, or in an earlier 2.x" in finding.advice


def test_two_versions_of_a_jar_are_a_problem(tmp_path: Path) -> None:
    names = ("flink-sql-connector-kafka-5.0.0-2.2.jar", "flink-sql-connector-kafka-4.0.1-2.0.jar")
    finding = flink.connector_jars([jars(tmp_path, *names)], HERE)
    assert (finding.status, finding.said) == ("problem", "Several versions of flink-sql-connector-kafka.")


def test_the_same_jar_in_two_folders_is_no_problem(tmp_path: Path) -> None:
    folder = jars(tmp_path, "flink-json-2.3.0.jar")
    assert flink.connector_jars([folder, folder], HERE).status == "ok"


def test_a_jar_that_is_not_there_is_a_problem() -> None:
    finding = flink.connector_jars([Path("/no/such.jar")], HERE)
    assert (finding.status, finding.said) == ("problem", "There is no /no/such.jar.")


def test_jars_are_looked_for_where_flink_takes_them_from() -> None:
    folders = flink.default_folders({"FLINK_LIB_DIR": "/opt/flink/lib"})
    assert folders[0] == Path("/opt/flink/lib")
    assert folders[1].joinpath("flink-dist-2.3.0.jar").is_file()


def test_the_installed_pyflink_is_well() -> None:
    finding = flink.installation()
    assert finding.status == "ok"
    assert finding.said.startswith("apache-flink 2.3.0 with its jars in ")


def test_a_pyflink_without_its_jars_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    jars(tmp_path / "lib", "flink-dist-2.3.0.jar")
    finding = flink.installation(tmp_path)
    assert finding.status == "problem"
    assert "lacks flink-table-api-java-uber, flink-table-planner-loader" in finding.said
    assert "apache-flink-libraries" in finding.advice


def test_no_pyflink_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flink, "pyflink_folder", lambda: None)
    assert flink.installation().status == "problem"


def test_another_version_of_pyflink_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flink, "flink_version", lambda: (2, 4, 0))
    finding = flink.installation()
    assert (finding.status, finding.said) == ("warning", "apache-flink 2.4.0.")


def java_home(folder: Path, version: str) -> Path:
    binary = folder / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", encoding="utf-8")
    binary.chmod(0o755)
    return folder


def test_the_java_that_a_job_would_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_home(tmp_path, "17.0.15")))
    finding = flink.java()
    assert (finding.status, finding.said) == ("ok", f"Java 17 in {tmp_path}.")


def test_a_java_home_that_is_passed_over_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_home(tmp_path, "1.8.0_292")))
    finding = flink.java()
    assert finding.status == "warning"
    assert f"JAVA_HOME={tmp_path} is passed over" in finding.said


def test_no_java_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise HeadraceError("no Java 17 to 21", "Install one")

    monkeypatch.setattr(flink, "find_java_home", none)
    finding = flink.java()
    assert (finding.status, finding.said, finding.advice) == ("problem", "no Java 17 to 21.", "Install one")


def test_the_suite_that_came_along_is_well() -> None:
    finding = flink.suite(None)
    assert finding.status == "ok"
    assert "fraud for" in finding.said


def test_a_folder_that_is_no_suite_is_a_problem(tmp_path: Path) -> None:
    finding = flink.suite(str(tmp_path))
    assert finding.status == "problem"
    assert "expected a folder that holds sql/ and connectors/" in finding.said


def test_a_suite_that_lacks_folders_is_a_problem(tmp_path: Path) -> None:
    for name in ("sql", "connectors", "jobs"):
        (tmp_path / name).mkdir()
    finding = flink.suite(str(tmp_path))
    assert finding.said == f"{tmp_path} lacks flink-conf, udfs."


def test_a_broken_sql_file_is_a_problem_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "connectors").mkdir()
    file = tmp_path / "sql" / "case" / "views" / "broken.sql"
    file.parent.mkdir(parents=True)
    file.write_text("-- nothing\n", encoding="utf-8")
    finding = flink.suite(str(tmp_path))
    assert finding.status == "problem"
    assert f"{file}:1: the file holds no statement" in finding.said
