"""The jar in the tree is what its sources give."""

from __future__ import annotations

import importlib.util
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BYTES = 120_000


@pytest.fixture(scope="module")
def build() -> Any:
    """The module ``operators/build.py``, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("build", ROOT / "operators" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_jar_is_small(build: Any) -> None:
    assert build.JAR.stat().st_size < BYTES


def test_the_jar_was_built_from_the_sources_in_the_tree(build: Any) -> None:
    manifest = build.entries(build.JAR)[build.MANIFEST].decode().replace("\r\n ", "")
    assert re.findall(r"Sources-SHA-256: (\w+)", manifest) == [build.sources_digest()]


def test_the_jar_has_a_class_of_every_source_and_nothing_else(build: Any) -> None:
    names = build.entries(build.JAR).keys() - {build.MANIFEST, *build.resources()}
    classes = {name.split("$")[0].split(".")[0] for name in names}
    assert classes == {path.relative_to(build.SOURCES).with_suffix("").as_posix() for path in build.sources()}


def test_the_jar_says_where_flink_finds_its_format(build: Any) -> None:
    services = build.entries(build.JAR)["META-INF/services/org.apache.flink.table.factories.Factory"].decode()
    assert [f"{name.replace('.', '/')}.class" in build.entries(build.JAR) for name in services.split()] == [
        True
    ]


def test_the_classes_run_on_java_11(build: Any) -> None:
    classes = [content for name, content in build.entries(build.JAR).items() if name.endswith(".class")]
    assert {int.from_bytes(content[6:8], "big") for content in classes} == {44 + build.JAVA_RELEASE}


def test_building_again_gives_the_same_bytes(build: Any, tmp_path: Path) -> None:
    """Where there is no compiler, the digest of the sources is what can be compared."""
    if shutil.which("javac"):
        assert build.differences(build.build(tmp_path / "again.jar"), build.JAR) == []
    else:
        assert build.sources_digest().encode()[:48] in build.entries(build.JAR)[build.MANIFEST]


def test_a_changed_class_is_a_difference(build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "javac_major", lambda: build.JDK_MAJOR)
    classes = tmp_path / "classes"
    for name, content in build.entries(build.JAR).items():
        (classes / name).parent.mkdir(parents=True, exist_ok=True)
        (classes / name).write_bytes(content)
    changed = classes / "headrace" / "operators" / "Window.class"
    changed.write_bytes(changed.read_bytes() + b"\0")
    build.write_jar(classes, tmp_path / "changed.jar")
    assert build.differences(tmp_path / "changed.jar", build.JAR) == ["headrace/operators/Window.class"]
