"""Artifacts as somebody with bad intentions makes them: changed, and sealed again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from headrace.models.manifest import SEAL, canonical

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def resealed(artifact: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest, and let its checksum fit."""
    path = artifact / "manifest.json"
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(seal_again(document))


def seal_again(document: dict[str, Any]) -> bytes:
    """A manifest, whatever is in it, with the checksum that fits."""
    unsealed = {key: value for key, value in document.items() if key != SEAL}
    return canonical({**unsealed, SEAL: hashlib.sha256(canonical(unsealed)).hexdigest()})


def sealed(artifact: Path, name: str, content: bytes) -> None:
    """Replace a file of an artifact, and let its manifest fit."""
    (artifact / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    resealed(artifact, lambda document: document["files"].update({name: digest}))
