"""Where jars come from: Maven Central, or the mirror that the user's Maven settings put in its place."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

CENTRAL = "central"
PATIENCE_SECONDS = 60
_VARIABLE = re.compile(r"\$\{env\.(\w+)\}")


@dataclass(frozen=True)
class Mirror:
    """What stands for Maven Central.

    Attributes:
        url: its address.
        wants_credentials: whether the settings have a user for it.
    """

    url: str
    wants_credentials: bool


def local_repository() -> Path:
    """Where Maven itself keeps what it has fetched."""
    return Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")


def settings_file() -> Path:
    """The user's Maven settings; the file need not exist."""
    return Path.home() / ".m2" / "settings.xml"


def central_mirror(settings: Path) -> Mirror | None:
    """The mirror of Maven Central in a settings file; None when it names none.

    Raises:
        HeadraceError: when the file is no XML.
    """
    if not settings.is_file():
        return None
    try:
        tree = ET.fromstring(settings.read_text(encoding="utf-8"))  # noqa: S314 -- the user's own settings
    except ET.ParseError as error:
        raise HeadraceError(f"{settings}: not XML: {error}") from error
    known_users = {server.findtext("{*}id") for server in tree.iterfind("{*}servers/{*}server")}
    for mirror in tree.iterfind("{*}mirrors/{*}mirror"):
        if _covers_central(mirror.findtext("{*}mirrorOf") or ""):
            url = _VARIABLE.sub(lambda name: os.environ.get(name[1], ""), mirror.findtext("{*}url") or "")
            return Mirror(url.strip().rstrip("/"), mirror.findtext("{*}id") in known_users)
    return None


def maven(cache: Path, settings: Path) -> MavenContext:
    """A Maven that fetches into a folder, and looks into Maven's own repository first.

    Args:
        cache: the folder; gets the layout of a repository.
        settings: the user's Maven settings.

    Raises:
        HeadraceError: when the mirror wants credentials, which only Maven itself reads, and there is no ``mvn``.
    """
    from jgo.maven import MavenContext, MvnResolver

    mirror = central_mirror(settings)
    if mirror and mirror.wants_credentials:
        return MavenContext(MvnResolver(_mvn(settings)), repo_cache=local_repository())
    remote = {CENTRAL: mirror.url} if mirror else None
    return MavenContext(
        repo_cache=cache, local_repos=[local_repository()], remote_repos=remote, timeout=PATIENCE_SECONDS
    )


def _covers_central(mirror_of: str) -> bool:
    names = [name.strip() for name in mirror_of.split(",")]
    return f"!{CENTRAL}" not in names and any(name in {CENTRAL, "*", "external:*"} for name in names)


def _mvn(settings: Path) -> Path:
    found = shutil.which("mvn")
    if found is None:
        raise HeadraceError(
            f"{settings} has a user for the mirror of Maven Central, and there is no mvn that could read it",
            "Install Maven, or fetch the jars elsewhere into Maven's repository on this machine.",
        )
    return Path(found)
