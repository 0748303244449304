from __future__ import annotations

from pathlib import Path

import pytest

from headrace.connectors.manifest import chosen, read_manifest
from headrace.doctor import flink
from headrace.errors import HeadraceError
from tests.local_tables import ROOT

OURS = read_manifest(ROOT)
JARS = [jar for group in OURS.values() for jar in group.jars]
ENTRY = "kafka:\n  for: tables\n  jars:\n    - {{jar: {jar}, sha256: {sha256}}}\n"


def write(folder: Path, text: str) -> Path:
    (folder / "connectors").mkdir()
    (folder / "connectors" / "jars.yaml").write_text(text)
    return folder


@pytest.mark.parametrize("jar", JARS, ids=lambda jar: jar.coordinate)
def test_the_manifest_says_of_each_jar_the_flink_that_its_name_tells(jar: object) -> None:
    told = flink.parse(jar.file_name, Path(jar.file_name))  # type: ignore[attr-defined]  # a Jar
    expected = ".".join(map(str, told.flink[:2])) if told else ""
    assert jar.flink == expected  # type: ignore[attr-defined]


def test_what_is_no_plain_jar_has_a_name_of_its_own() -> None:
    (registry,) = OURS["schema-registry"].jars
    assert registry.layout.startswith("io/apicurio/apicurio-registry-app/")
    assert registry.file_name.endswith("-all.tar.gz")
    assert OURS["schema-registry"].place == ""


def test_no_jar_is_pinned_twice_in_two_versions() -> None:
    artifacts = [jar.coordinate.rpartition(":")[0] for jar in JARS]
    assert len(set(artifacts)) == len(artifacts)


def test_flinks_jars_say_where_they_go_and_the_broker_stays_away_from_them() -> None:
    assert OURS["kafka"].place == "lib"
    assert OURS["s3"].place.startswith("plugins/")
    assert OURS["broker"].place == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- kafka", "expected groups of jars by name, found list"),
        ("kafka: {for: tables}", "kafka lacks jars"),
        ("kafka: [", "not YAML"),
        (ENTRY.format(jar="flink-connector", sha256="0" * 64), "expected jar: group:artifact:version"),
        (ENTRY.format(jar="a:b:1", sha256="'12'"), "expected sha256 with 64 hexadecimal digits, found '12'"),
        (
            ENTRY.replace("  for: tables\n", "").format(jar="a:b:1", sha256="'" + "0" * 64 + "'"),
            "kafka lacks for",
        ),
    ],
)
def test_a_mistake_in_the_manifest_is_said(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=said):
        read_manifest(write(tmp_path, text))


def test_a_suite_without_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="no such file"):
        read_manifest(tmp_path)


def test_groups_are_chosen_by_name() -> None:
    assert [group.name for group in chosen(OURS, ["broker", "kafka"])] == ["broker", "kafka"]
    assert chosen(OURS, []) == [*OURS.values()]
    with pytest.raises(HeadraceError, match="no jars called kafkaa\nThere are: kafka, "):
        chosen(OURS, ["kafka", "kafkaa"])
