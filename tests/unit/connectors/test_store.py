from __future__ import annotations

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from headrace.connectors import maven
from headrace.connectors.manifest import Jar
from headrace.connectors.store import JarStore, default_folder
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = b"a jar"
JAR = Jar("org.example:thing:1.0", hashlib.sha256(CONTENT).hexdigest())
SETTINGS = """<settings xmlns="urn:maven"><servers><server><id>private</id></server></servers><mirrors>
<mirror><id>{name}</id><mirrorOf>{of}</mirrorOf><url>{url}</url></mirror></mirrors></settings>"""


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def empty_local_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    return tmp_path / "m2"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The folder of a Maven repository, and its address."""
    folder = tmp_path / "repository"
    put(folder, JAR, CONTENT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def put(folder: Path, jar: Jar, content: bytes) -> None:
    path = folder / jar.layout
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def settings(folder: Path, url: str, of: str = "*", name: str = "mirror") -> Path:
    path = folder / "settings.xml"
    path.write_text(SETTINGS.format(url=url, of=of, name=name))
    return path


def store(folder: Path, url: str) -> JarStore:
    return JarStore(folder / "store", settings(folder, url))


def test_a_jar_comes_from_the_mirror_in_the_settings_and_stays(
    repository: tuple[Path, str], tmp_path: Path
) -> None:
    kept = store(tmp_path, repository[1])
    assert not kept.has(JAR)
    assert kept.fetch(JAR).read_bytes() == CONTENT
    (repository[0] / JAR.layout).unlink()
    assert kept.fetch_all([JAR]) == [kept.path(JAR)]
    assert [path.name for path in kept.folder.iterdir()] == ["org"]


def test_a_jar_that_is_not_the_pinned_one_is_refused_and_not_kept(
    repository: tuple[Path, str], tmp_path: Path
) -> None:
    put(repository[0], JAR, b"another jar")
    kept = store(tmp_path, repository[1])
    with pytest.raises(HeadraceError, match=f"org.example:thing:1.0: expected SHA-256 {JAR.sha256}, got "):
        kept.fetch(JAR)
    assert not kept.path(JAR).exists()


def test_a_kept_jar_that_was_changed_is_fetched_anew(repository: tuple[Path, str], tmp_path: Path) -> None:
    kept = store(tmp_path, repository[1])
    kept.fetch(JAR).write_bytes(b"changed")
    assert kept.fetch(JAR).read_bytes() == CONTENT


def test_what_maven_has_fetched_is_not_fetched_again(empty_local_repository: Path, tmp_path: Path) -> None:
    put(empty_local_repository, JAR, CONTENT)
    assert store(tmp_path, "http://127.0.0.1:9").fetch(JAR).read_bytes() == CONTENT


def test_a_jar_that_nobody_has_is_said(repository: tuple[Path, str], tmp_path: Path) -> None:
    unknown = Jar("org.example:other:1.0", "0" * 64)
    with pytest.raises(
        HeadraceError, match=r"org\.example:other:1.0 could not be fetched: .* does not have it"
    ):
        store(tmp_path, repository[1]).fetch(unknown)


def test_an_unreachable_repository_is_said_without_its_address(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="could not be fetched") as raised:
        store(tmp_path, "http://name:secret@127.0.0.1:9").fetch(JAR)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("of", "covers"),
    [("central", True), ("external:*", True), ("*", True), ("*,!central", False), ("internal", False)],
)
def test_a_mirror_stands_for_central_when_the_settings_say_so(of: str, covers: bool, tmp_path: Path) -> None:
    found = maven.central_mirror(settings(tmp_path, "http://mirror/", of))
    assert (found == maven.Mirror("http://mirror", wants_credentials=False)) is covers


def test_variables_in_a_mirrors_address_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "here")
    found = maven.central_mirror(settings(tmp_path, "http://${env.PLACE}/all"))
    assert found is not None
    assert found.url == "http://here/all"


def test_credentials_are_left_to_maven_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = settings(tmp_path, "http://mirror", name="private")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HeadraceError, match="no mvn that could read it"):
        JarStore(tmp_path / "store", private).fetch(JAR)


def test_settings_that_are_none_are_said(tmp_path: Path) -> None:
    (tmp_path / "settings.xml").write_text("<settings>")
    with pytest.raises(HeadraceError, match="not XML"):
        maven.central_mirror(tmp_path / "settings.xml")
    assert maven.central_mirror(tmp_path / "none.xml") is None


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADRACE_CACHE", str(tmp_path))
    assert default_folder() == tmp_path / "jars"
    monkeypatch.delenv("HEADRACE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert default_folder() == tmp_path / "caches" / "headrace" / "jars"
