"""Fetched jars, kept outside of the project, each verified whenever it is taken."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Callable

from headrace.connectors.maven import maven, settings_file
from headrace.digest import sha256_of
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.connectors.manifest import Jar

CACHE = "HEADRACE_CACHE"


def default_folder() -> Path:
    """``HEADRACE_CACHE``, else ``headrace/jars`` below the user's cache folder."""
    chosen = os.environ.get(CACHE)
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(chosen) if chosen else caches / "headrace") / "jars"


@dataclass(frozen=True)
class JarStore:
    """A folder of jars in the layout of a Maven repository.

    Args:
        folder: made when something is fetched.
        settings: the user's Maven settings.
    """

    folder: Path = field(default_factory=default_folder)
    settings: Path = field(default_factory=settings_file)

    def path(self, jar: Jar) -> Path:
        """Where a jar is, or would be."""
        return self.folder / jar.layout

    def has(self, jar: Jar) -> bool:
        """Whether a jar is there and is the one that was pinned."""
        return self.path(jar).is_file() and sha256_of(self.path(jar)) == jar.sha256

    def fetch(self, jar: Jar) -> Path:
        """The verified file of a jar, fetched if it is not there.

        Raises:
            HeadraceError: when it can not be fetched, or is not the one that was pinned; it is not kept then.
        """
        target = self.path(jar)
        if self.has(jar):
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.folder, prefix="incoming-") as incoming:
            verified = _verified(self._download(jar, Path(incoming)), jar)
            copy = Path(incoming) / "verified.jar"
            copy.write_bytes(verified.read_bytes())
            copy.replace(target)
        return target

    def fetch_all(self, jars: Iterable[Jar], on_fetched: Callable[[Jar], None] | None = None) -> list[Path]:
        """The files of several jars.

        Args:
            jars: which.
            on_fetched: called after each.

        Raises:
            HeadraceError: as :meth:`fetch`.
        """
        paths = []
        for jar in jars:
            paths.append(self.fetch(jar))
            if on_fetched:
                on_fetched(jar)
        return paths

    def _download(self, jar: Jar, incoming: Path) -> Path:
        group, artifact, version = jar.coordinate.split(":")
        try:
            project = maven(incoming, self.settings).project(group, artifact)
            return Path(project.at_version(version).artifact(jar.classifier, jar.packaging).resolve())
        except (OSError, RuntimeError) as error:  # what is not there is a RuntimeError to jgo
            raise HeadraceError(
                f"{jar.coordinate} could not be fetched: {_said(error)}",
                "Look at the network and at the mirrors in Maven's settings.xml, or put it into Maven's repository.",
            ) from error


def _verified(path: Path, jar: Jar) -> Path:
    found = sha256_of(path)
    if found != jar.sha256:
        raise HeadraceError(
            f"{jar.coordinate}: expected SHA-256 {jar.sha256}, got {found} from {path.name}",
            "Do not use it: find out who changed it. A new version gets its own line in connectors/jars.yaml.",
        )
    return path


def _said(error: Exception) -> str:
    """Without addresses: a mirror may have a password in its own."""
    return (
        "the repository does not have it"
        if isinstance(error, RuntimeError)
        else f"{type(error).__name__} while asking the repository"
    )
