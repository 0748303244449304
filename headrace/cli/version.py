"""Where the version is that a command names."""

from __future__ import annotations

from pathlib import Path

from headrace.errors import HeadraceError
from headrace.names import is_name


def location_of(version: str, data: Path) -> str:
    """The artifact of a version: by name under <data>/models, as a path, or as a URI.

    Raises:
        HeadraceError: names the versions that there are.
    """
    if ":/" in version:
        return version
    named = [data / "models" / version] if is_name(version) else []
    for folder in (*named, Path(version)):
        if folder.is_dir():
            return str(folder)
    known = ", ".join(sorted(path.parent.name for path in (data / "models").glob("*/manifest.json")))
    raise HeadraceError(
        f"there is no version {version!r} in {data / 'models'}, and no such folder; there are: {known or 'none'}",
        "Train one with headrace train, or give the folder or s3: URI of an artifact.",
    )
